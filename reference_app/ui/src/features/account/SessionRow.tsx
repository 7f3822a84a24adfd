import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { StateBadge } from "../../design/StateBadge.tsx";
import { formatAge, formatInstant, instant } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { SessionRow_session$key } from "./__generated__/SessionRow_session.graphql";
import { useSignOutSession } from "./useSignOutSession.ts";

/** One browser: what and where it is, since when, when it was used last, and a button that signs out there. */
export function SessionRow({ session }: { readonly session: SessionRow_session$key }) {
  const { id, browser, address, beganAt, lastSeenAt, isThisOne } = useFragment(
    graphql`
      fragment SessionRow_session on Session {
        id
        browser
        address
        beganAt
        lastSeenAt
        isThisOne
      }
    `,
    session,
  );
  const now = useServerNow();
  const [signOut, busy] = useSignOutSession();
  const [began, seen] = [instant(beganAt), instant(lastSeenAt)];
  return (
    <Box
      component="li"
      data-testid="session"
      sx={{
        display: "flex",
        flexWrap: "wrap",
        gap: 1,
        alignItems: "start",
        justifyContent: "space-between",
        borderTop: 1,
        borderColor: "divider",
        pt: 2,
        "&:first-of-type": { borderTop: 0, pt: 0 },
      }}
    >
      <Box sx={{ display: "grid", gap: 0.25, minWidth: 0 }}>
        <Typography sx={{ fontWeight: 650 }}>{browser}</Typography>
        {isThisOne && <StateBadge tone="good" label={t`This one`} />}
        <Typography variant="caption" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
          {address ?? t`From an unknown address`}
          {began !== null && ` · ${t`since ${formatInstant(began, now)}`}`}
          {seen !== null && !isThisOne && ` · ${t`last seen ${formatAge(seen, now)}`}`}
        </Typography>
      </Box>
      {!isThisOne && (
        <Button
          size="small"
          variant="outlined"
          loading={busy}
          aria-label={t`Sign out: ${browser}`}
          onClick={() => {
            signOut(id);
          }}
        >{t`Sign out`}</Button>
      )}
    </Box>
  );
}
