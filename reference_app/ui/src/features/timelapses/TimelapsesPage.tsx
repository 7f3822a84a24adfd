import Box from "@mui/material/Box";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import type { TimelapsesPageQuery } from "./__generated__/TimelapsesPageQuery.graphql";
import { CreateTimelapse } from "./CreateTimelapse.tsx";
import { TimelapseCard } from "./TimelapseCard.tsx";

/** Every timelapse, and the form that starts another. */
export function TimelapsesPage({ queryRef }: { readonly queryRef: PreloadedQuery<TimelapsesPageQuery> }) {
  const { timelapses, cameras } = usePreloadedQuery<TimelapsesPageQuery>(
    graphql`
      query TimelapsesPageQuery {
        timelapses(first: 60) {
          edges {
            node {
              id
              ...TimelapseCard_timelapse
            }
          }
        }
        cameras(first: 60) {
          edges {
            __typename
          }
          ...CreateTimelapse_cameras
        }
      }
    `,
    queryRef,
  );
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader title="Timelapses" lead="What your cameras film over hours and days." />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 300px" },
          alignItems: "start",
        }}
      >
        {timelapses.edges.length === 0 ? (
          <EmptyState icon={<FilmIcon />} title="No timelapse yet">
            {cameras.edges.length === 0
              ? "First pair the camera that shall film it. Then give the timelapse a name here."
              : "Give one a name and choose its camera. Its frames then gather here by themselves."}
          </EmptyState>
        ) : (
          <Box
            sx={{
              display: "grid",
              gap: 2,
              gridTemplateColumns: "repeat(auto-fill, minmax(min(240px, 100%), 1fr))",
            }}
          >
            {timelapses.edges.map(({ node }) => (
              <TimelapseCard key={node.id} timelapse={node} />
            ))}
          </Box>
        )}
        <CreateTimelapse cameras={cameras} />
      </Box>
    </Box>
  );
}
