import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { PageHeader } from "../../design/PageHeader.tsx";
import type { PeoplePageQuery } from "./__generated__/PeoplePageQuery.graphql";
import { PeopleList } from "./PeopleList.tsx";

/** Everybody with an account, what they may do, and the invitations that nobody has used yet. */
export function PeoplePage({ queryRef }: { readonly queryRef: PreloadedQuery<PeoplePageQuery> }) {
  const data = usePreloadedQuery<PeoplePageQuery>(
    graphql`
      query PeoplePageQuery {
        inviter {
          ...PeopleList_inviter
        }
        ...PeopleList_query
      }
    `,
    queryRef,
  );
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader title={t`People`} lead={t`Who can sign in, and what they may do.`} />
      <PeopleList people={data} inviter={data.inviter} />
    </Box>
  );
}
