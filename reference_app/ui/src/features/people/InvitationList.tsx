import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { humanize } from "../../lib/words.ts";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { InvitationList_people$key } from "./__generated__/InvitationList_people.graphql";
import { OneTimeLink } from "./OneTimeLink.tsx";

/** The pending invitations by some people: each with its address, until when it is good, and a button to revoke it. */
export function InvitationList({
  people,
  isWhole,
}: {
  readonly people: InvitationList_people$key;
  /** Whether these are all people: else others may have invited somebody, too. */
  readonly isWhole: boolean;
}) {
  const data = useFragment(
    graphql`
      fragment InvitationList_people on Person @relay(plural: true) {
        invitations {
          id
          state
          note
          role
          path
          expiresAt
          hasExpired
          createdBy
          ...Transitions_stateful
        }
      }
    `,
    people,
  );
  const pending = data.flatMap(({ invitations }) => invitations).filter(({ state }) => state === "active");
  if (pending.length === 0) {
    return (
      <Typography variant="body2" sx={{ color: "text.secondary" }}>
        {isWhole ? t`No invitation is open.` : t`No invitation by the people shown is open.`}{" "}
        {t`Each is a link with which one person makes an account.`}
      </Typography>
    );
  }
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 2.5 }}>
      {pending.map((invitation) => (
        <Box
          component="li"
          key={invitation.id}
          data-testid="invitation"
          sx={{ display: "grid", gap: 0.75, minWidth: 0 }}
        >
          <Typography sx={{ fontWeight: 650, overflowWrap: "anywhere" }}>
            {[invitation.note, humanize(invitation.role)].filter(Boolean).join(" · ")}
          </Typography>
          <OneTimeLink
            path={invitation.path}
            expiresAt={invitation.expiresAt}
            hasExpired={invitation.hasExpired}
            createdBy={invitation.createdBy}
          >
            <Transitions of={invitation} />
          </OneTimeLink>
        </Box>
      ))}
    </Box>
  );
}
