import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { PasswordLinkRow_link$key } from "./__generated__/PasswordLinkRow_link.graphql";
import { OneTimeLink } from "./OneTimeLink.tsx";

/** The link with which somebody chooses a new password: to be sent to them, or revoked. */
export function PasswordLinkRow({ link }: { readonly link: PasswordLinkRow_link$key }) {
  const data = useFragment(
    graphql`
      fragment PasswordLinkRow_link on PasswordLink {
        path
        expiresAt
        hasExpired
        createdBy
        ...Transitions_stateful
      }
    `,
    link,
  );
  return (
    <Box data-testid="password-link" sx={{ display: "grid", gap: 0.75, width: "100%", minWidth: 0 }}>
      <Typography variant="body2">{t`With this link they choose a new password. Whoever has it can sign in as them.`}</Typography>
      {data.path == null ? (
        <Typography variant="caption">{t`Made by ${data.createdBy}. Only a superuser sees it.`}</Typography>
      ) : (
        <OneTimeLink
          path={data.path}
          expiresAt={data.expiresAt}
          hasExpired={data.hasExpired}
          createdBy={data.createdBy}
        >
          <Transitions of={data} />
        </OneTimeLink>
      )}
    </Box>
  );
}
