import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { StateBadge } from "../../design/StateBadge.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { humanize } from "../../lib/words.ts";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import { PasswordLinkRow } from "./PasswordLinkRow.tsx";
import type { PersonRow_person$key } from "./__generated__/PersonRow_person.graphql";

interface Props {
  readonly person: PersonRow_person$key;
  readonly isOneself: boolean;
}

/** One person: the name, the role, when they were last seen, and what can be done about them. */
export function PersonRow({ person, isOneself }: Props) {
  const data = useFragment(
    graphql`
      fragment PersonRow_person on Person {
        username
        role
        state
        lastSeenAt
        lastLogin
        passwordLink {
          state
          ...PasswordLinkRow_link
        }
        ...Transitions_stateful
      }
    `,
    person,
  );
  const [seen, signedIn] = [instant(data.lastSeenAt), instant(data.lastLogin)];
  const now = useServerNow();
  return (
    <Box
      component="li"
      data-testid="person"
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
        <Typography sx={{ fontWeight: 650, overflowWrap: "anywhere" }}>
          {data.username}
          {isOneself && ` ${t`(you)`}`}
        </Typography>
        <Typography variant="body2">{humanize(data.role)}</Typography>
        {data.state !== "active" && <StateBadge tone="quiet" label={humanize(data.state)} />}
        <Typography variant="caption" sx={{ color: "text.secondary" }}>
          {seen !== null
            ? t`Last seen ${formatAge(seen, now)}`
            : signedIn === null
              ? t`Has not signed in yet`
              : t`Signed in ${formatAge(signedIn, now)}`}
        </Typography>
      </Box>
      {!isOneself && <Transitions of={data} except={["invite"]} />}
      {data.passwordLink?.state === "active" && <PasswordLinkRow link={data.passwordLink} />}
    </Box>
  );
}
