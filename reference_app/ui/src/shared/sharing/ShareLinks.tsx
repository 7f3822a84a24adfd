import { plural, t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { useState } from "react";
import { graphql, useFragment, useLazyLoadQuery } from "react-relay";

import type { ShareLinks_links$key } from "./__generated__/ShareLinks_links.graphql";
import type { ShareLinksQuery } from "./__generated__/ShareLinksQuery.graphql";
import { Disclosure } from "../pages/Disclosure.tsx";
import { ShareLinkRow } from "./ShareLinkRow.tsx";

interface Props {
  /** The id of the movie or the timelapse that they show. */
  readonly of: string;
  readonly links: ShareLinks_links$key;
}

/** How many links show an object to people without an account, and the links on request; a new one at once. */
export function ShareLinks({ of, links }: Props) {
  const data = useFragment(
    graphql`
      fragment ShareLinks_links on ShareLink @relay(plural: true) {
        state
        hasExpired
      }
    `,
    links,
  );
  const listed = data.filter(({ state }) => state !== "revoked");
  const count = listed.length;
  const working = listed.filter(({ hasExpired }) => !hasExpired).length;
  const [countBefore] = useState(count);
  const [chosen, setChosen] = useState<boolean | null>(null);
  if (count === 0) return null;
  const open = chosen ?? count > countBefore;
  return (
    <Disclosure
      testId="share-links"
      open={open}
      label={open ? t`Hide links` : summary(working, count - working)}
      onToggle={() => {
        setChosen(!open);
      }}
    >
      <LinkList of={of} />
    </Disclosure>
  );
}

/** How many links work; how many have expired only if none works. */
function summary(working: number, expired: number): string {
  if (working === 0) return plural(expired, { one: "A link has expired", other: "# links have expired" });
  return plural(working, { one: "Shared by a link", other: "Shared by # links" });
}

function LinkList({ of }: { readonly of: string }) {
  const { node } = useLazyLoadQuery<ShareLinksQuery>(
    graphql`
      query ShareLinksQuery($id: ID!) {
        node(id: $id) {
          ... on Movie {
            shareLinks {
              id
              state
              ...ShareLinkRow_link
            }
          }
          ... on Timelapse {
            shareLinks {
              id
              state
              ...ShareLinkRow_link
            }
          }
        }
      }
    `,
    { id: of },
    { fetchPolicy: "store-and-network" },
  );
  const shown = (node?.shareLinks ?? []).filter(({ state }) => state !== "revoked");
  return (
    <Box component="ul" sx={{ display: "grid", gap: 2, listStyle: "none", p: 0, m: 0 }}>
      {shown.map((link) => (
        <ShareLinkRow key={link.id} link={link} />
      ))}
    </Box>
  );
}
