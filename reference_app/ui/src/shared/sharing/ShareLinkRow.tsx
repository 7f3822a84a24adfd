import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatInstant, instant } from "../../lib/age.ts";
import { serverNow } from "../../relay/serverClock.ts";
import type {
  ShareLinkRow_link$data,
  ShareLinkRow_link$key,
} from "./__generated__/ShareLinkRow_link.graphql";
import { CopiedLink } from "./CopiedLink.tsx";
import { Transitions } from "../transitions/Transitions.tsx";

/** One link: its address, how long it works, and what can be done with it. */
export function ShareLinkRow({ link }: { readonly link: ShareLinkRow_link$key }) {
  const data = useFragment(
    graphql`
      fragment ShareLinkRow_link on ShareLink {
        path
        expiresAt
        hasExpired
        hasPassword
        offersDownload
        createdBy
        ...Transitions_stateful
      }
    `,
    link,
  );
  const address = new URL(data.path, window.location.origin).href;
  const embeds = { label: t`Copy code to embed`, what: t`Code to embed`, text: embedCode(address) };
  return (
    <Box component="li" data-testid="share-link" sx={{ display: "grid", gap: 0.75, minWidth: 0 }}>
      <CopiedLink
        address={address}
        works={!data.hasExpired}
        others={data.hasPassword ? [] : [embeds]}
        facts={
          <Typography
            variant="caption"
            component="p"
            sx={{ color: data.hasExpired ? "warning.main" : "text.secondary" }}
          >
            {described(data)}
          </Typography>
        }
      >
        <Transitions of={data} />
      </CopiedLink>
    </Box>
  );
}

type Facts = Pick<
  ShareLinkRow_link$data,
  "expiresAt" | "hasExpired" | "hasPassword" | "offersDownload" | "createdBy"
>;

function described({ expiresAt, hasExpired, hasPassword, offersDownload, createdBy }: Facts): string {
  const end = instant(expiresAt);
  const when = end === null ? null : formatInstant(end, serverNow());
  const facts = [
    when === null
      ? t`Works until it is revoked`
      : hasExpired
        ? t`Expired on ${when}`
        : t`Works until ${when}`,
    hasPassword ? t`asks for a password` : null,
    offersDownload ? null : t`without a download`,
    createdBy == null ? null : t`made by ${createdBy}`,
  ];
  return facts.filter((fact) => fact !== null).join(" · ");
}

/** The HTML that shows the player on another site. */
function embedCode(address: string): string {
  return `<iframe src="${address}/embed" title="Timelapse" width="960" height="540" style="border:0" allowfullscreen></iframe>`;
}
