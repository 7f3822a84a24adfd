import Box from "@mui/material/Box";
import { graphql, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import type { TimelapsesPageQuery } from "./__generated__/TimelapsesPageQuery.graphql";
import { CreateTimelapse } from "./CreateTimelapse.tsx";
import { TimelapseCard } from "./TimelapseCard.tsx";

/** All timelapses, and the form to create one. */
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
      <PageHeader title="Timelapses" lead="What your cameras capture over hours and days." />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 300px" },
          alignItems: "start",
        }}
      >
        {timelapses.edges.length === 0 ? (
          <EmptyState icon={<FilmIcon />} title="No timelapses yet">
            {cameras.edges.length === 0
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
