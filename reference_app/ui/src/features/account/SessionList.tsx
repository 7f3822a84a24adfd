import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import type { SessionList_user$key } from "./__generated__/SessionList_user.graphql";
import { SessionRow } from "./SessionRow.tsx";
import { useSignOutElsewhere } from "./useSignOutElsewhere.ts";

/** In which browsers a person is signed in, and where they sign out of them. */
export function SessionList({ user }: { readonly user: SessionList_user$key }) {
  const { sessions } = useFragment(
    graphql`
      fragment SessionList_user on User {
        sessions {
          id
          isThisOne
          ...SessionRow_session
        }
      }
    `,
    user,
  );
  const [signOutElsewhere, busy] = useSignOutElsewhere();
  const others = sessions.filter(({ isThisOne }) => !isThisOne);
  return (
    <Panel
      title={t`Signed in on`}
      aside={
        others.length > 0 && (
          <Button
            size="small"
            color="error"
            loading={busy}
            onClick={signOutElsewhere}
          >{t`Sign out all others`}</Button>
        )
      }
    >
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2 }}>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </Box>
      {others.length === 0 && (
        <Typography
          variant="body2"
          sx={{ color: "text.secondary", mt: 1.5 }}
        >{t`You are signed in nowhere else.`}</Typography>
      )}
    </Panel>
  );
}
