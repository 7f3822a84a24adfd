import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import { existing } from "../../relay/edges.ts";
import { PairCamera } from "../../shared/cameras/PairCamera.tsx";
import { ShowRest } from "../../shared/pages/ShowRest.tsx";
import { useCameraList } from "../../shared/cameras/useCameraList.ts";
import type { TimelapsesPageQuery } from "./__generated__/TimelapsesPageQuery.graphql";
import { ArchivedTimelapses } from "./ArchivedTimelapses.tsx";
import { CreateTimelapse } from "./CreateTimelapse.tsx";
import { MoreTimelapses } from "./MoreTimelapses.tsx";
import { TimelapseGrid } from "./TimelapseGrid.tsx";
import { useTimelapseList } from "./useTimelapseList.ts";

/** All timelapses, updated live, and the form to create one. */
export function TimelapsesPage({ queryRef }: { readonly queryRef: PreloadedQuery<TimelapsesPageQuery> }) {
  const data = usePreloadedQuery<TimelapsesPageQuery>(
    graphql`
      query TimelapsesPageQuery {
        ...PairCamera_query
        timelapses(first: 60) {
          edges {
            node {
              id
              camera {
                __typename
              }
              ...TimelapseGrid_timelapses
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
        cameras(first: 60) {
          edges {
            node {
              __typename
            }
          }
          ...CreateTimelapse_cameras
        }
      }
    `,
    queryRef,
  );
  const { timelapses, cameras } = data;
  const { hasNextPage, endCursor } = timelapses.pageInfo;
  useTimelapseList();
  useCameraList();
  // Timelapses go with their camera: until the list is fetched again, it may have some without one.
  const shown = existing(timelapses.edges.map(({ node }) => node)).filter(
    ({ camera }) => (camera as typeof camera | null) !== null,
  );
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader title={t`Timelapses`} lead={t`What your cameras capture over hours and days.`} />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 300px" },
          alignItems: "start",
        }}
      >
        {shown.length === 0 ? (
          <EmptyState icon={<FilmIcon />} title={t`No timelapses yet`}>
            {existing(cameras.edges.map(({ node }) => node)).length === 0
              ? t`Create one here once there is a camera.`
              : t`Choose a camera and create one. Its frames then appear here by themselves.`}
          </EmptyState>
        ) : (
          <Box sx={{ display: "grid", gap: 2 }}>
            <TimelapseGrid timelapses={shown} />
            {hasNextPage && endCursor != null && (
              <ShowRest label={t`Show more timelapses`}>
                <MoreTimelapses after={endCursor} shown={new Set(shown.map(({ id }) => id))} />
              </ShowRest>
            )}
          </Box>
        )}
        <CreateTimelapse cameras={cameras} start={<PairCamera query={data} />} />
      </Box>
      <ArchivedTimelapses />
    </Box>
  );
}
