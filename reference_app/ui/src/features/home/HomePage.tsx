import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { onDemand } from "../../shared/pages/onDemand.tsx";
import { LiveStatusBadge } from "../../shared/live/LiveStatusBadge.tsx";
import { PairCamera } from "../../shared/cameras/PairCamera.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import type { HomePageQuery } from "./__generated__/HomePageQuery.graphql";
import { NeedsYou } from "./NeedsYou.tsx";
import { useHomeUpdates } from "./useHomeUpdates.ts";
import { Wall } from "./Wall.tsx";

const MakingNow = onDemand(async () => (await import("./MakingNow.tsx")).MakingNow);

/** The first page: what needs somebody, what is being made, and the latest picture of everything. */
export function HomePage({ queryRef }: { readonly queryRef: PreloadedQuery<HomePageQuery> }) {
  const data = usePreloadedQuery<HomePageQuery>(
    graphql`
      query HomePageQuery {
        ...PairCamera_query
        home {
          ...NeedsYou_home
          ...MakingNow_home
          ...Wall_home
        }
      }
    `,
    queryRef,
  );
  const { home } = data;
  const status = useHomeUpdates();
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader title={t`Home`} actions={<LiveStatusBadge status={status} />} />
      <NeedsYou home={home} />
      <MakingNow home={home} />
      <Wall home={home} start={<PairCamera query={data} />} />
    </Box>
  );
}
