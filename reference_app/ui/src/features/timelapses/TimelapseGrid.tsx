import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import type { TimelapseGrid_timelapses$key } from "./__generated__/TimelapseGrid_timelapses.graphql";
import { TimelapseCard } from "./TimelapseCard.tsx";

/** The cards of timelapses, as many beside one another as there is room for. */
export function TimelapseGrid({ timelapses }: { readonly timelapses: TimelapseGrid_timelapses$key }) {
  const shown = useFragment(
    graphql`
      fragment TimelapseGrid_timelapses on Timelapse @relay(plural: true) {
        id
        ...TimelapseCard_timelapse
      }
    `,
    timelapses,
  );
  return (
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
  );
}
