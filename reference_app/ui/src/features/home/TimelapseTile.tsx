import { graphql, useFragment } from "react-relay";

import { CameraLiveness } from "../live/CameraLiveness.tsx";
import type { TimelapseTile_timelapse$key } from "./__generated__/TimelapseTile_timelapse.graphql";
import { Tile } from "./Tile.tsx";

/** The latest picture of a timelapse; it leads to the timelapse. */
export function TimelapseTile({ timelapse }: { readonly timelapse: TimelapseTile_timelapse$key }) {
  const { id, name, camera, latestFrame } = useFragment(
    graphql`
      fragment TimelapseTile_timelapse on Timelapse {
        id
        name
        camera {
          name
          ...CameraLiveness_camera
        }
        latestFrame {
          ...Tile_frame
        }
      }
    `,
    timelapse,
  );
  return (
    <Tile
      to={`/timelapses/${encodeURIComponent(id)}`}
      name={name}
      of={camera.name}
      frame={latestFrame ?? null}
      state={<CameraLiveness camera={camera} />}
    />
  );
}
