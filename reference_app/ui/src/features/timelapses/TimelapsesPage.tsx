import Box from "@mui/material/Box";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import { Panel } from "../../design/Panel.tsx";
import { existing } from "../../relay/edges.ts";
import { Reasons } from "../live/Reasons.tsx";
import { useCameraList } from "../live/useCameraList.ts";
import type { TimelapsesPageQuery } from "./__generated__/TimelapsesPageQuery.graphql";
import { CreateTimelapse } from "./CreateTimelapse.tsx";
import { TimelapseCard } from "./TimelapseCard.tsx";
import { useTimelapseList } from "./useTimelapseList.ts";

/** All timelapses, updated live, and the form to create one. */
export function TimelapsesPage({ queryRef }: { readonly queryRef: PreloadedQuery<TimelapsesPageQuery> }) {
  const { blockers, timelapses, cameras } = usePreloadedQuery<TimelapsesPageQuery>(
    graphql`
      query TimelapsesPageQuery {
        blockers(mutation: "createTimelapse") {
          ...Reasons_reasons
        }
        timelapses(first: 60) {
          edges {
            node {
              id
              camera {
                __typename
              }
              ...TimelapseCard_timelapse
            }
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
  useTimelapseList();
  useCameraList();
  // Timelapses go with their camera: until the list is fetched again, it may have some without one.
  const shown = existing(timelapses.edges.map(({ node }) => node)).filter(
    ({ camera }) => (camera as typeof camera | null) !== null,
  );
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader title="Timelapses" lead="What your cameras capture over hours and days." />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 300px" },
          alignItems: "start",
        }}
      >
        {shown.length === 0 ? (
          <EmptyState icon={<FilmIcon />} title="No timelapses yet">
            {existing(cameras.edges.map(({ node }) => node)).length === 0
              ? "Pair a camera first. Then create a timelapse here."
              : "Enter a name and choose a camera. Its frames then appear here automatically."}
          </EmptyState>
        ) : (
          <Box
            sx={{
              display: "grid",
              gap: 2,
              gridTemplateColumns: "repeat(auto-fill, minmax(min(240px, 100%), 1fr))",
            }}
          >
            {shown.map((timelapse) => (
              <TimelapseCard key={timelapse.id} timelapse={timelapse} />
            ))}
          </Box>
        )}
        {blockers.length > 0 ? (
          <Panel title="New timelapse">
            <Reasons reasons={blockers} />
          </Panel>
        ) : (
          <CreateTimelapse cameras={cameras} />
        )}
      </Box>
    </Box>
  );
}
