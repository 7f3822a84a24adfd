import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import { CameraLiveness } from "../../shared/liveness/CameraLiveness.tsx";
import type { CameraTile_camera$key } from "./__generated__/CameraTile_camera.graphql";
import { Tile } from "./Tile.tsx";

/** The latest picture of a camera without a timelapse; it leads to the camera. */
export function CameraTile({ camera }: { readonly camera: CameraTile_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraTile_camera on Camera {
        id
        name
        latestFrame {
          ...Tile_frame
        }
        ...CameraLiveness_camera
      }
    `,
    camera,
  );
  return (
    <Tile
      to={`/cameras/${encodeURIComponent(data.id)}`}
      name={data.name}
      of={t`no timelapse yet`}
      frame={data.latestFrame ?? null}
      state={<CameraLiveness camera={data} />}
    />
  );
}
