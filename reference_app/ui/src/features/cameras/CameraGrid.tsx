import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import type { CameraGrid_cameras$key } from "./__generated__/CameraGrid_cameras.graphql";
import { CameraCard } from "./CameraCard.tsx";

/** The cards of cameras, as many beside one another as there is room for. */
export function CameraGrid({ cameras }: { readonly cameras: CameraGrid_cameras$key }) {
  const shown = useFragment(
    graphql`
      fragment CameraGrid_cameras on Camera @relay(plural: true) {
        id
        ...CameraCard_camera
      }
    `,
    cameras,
  );
  return (
    <Box
      sx={{
        display: "grid",
        gap: 2,
        gridTemplateColumns: "repeat(auto-fill, minmax(min(300px, 100%), 1fr))",
        alignItems: "start",
      }}
    >
      {shown.map((camera) => (
        <CameraCard key={camera.id} camera={camera} />
      ))}
    </Box>
  );
}
