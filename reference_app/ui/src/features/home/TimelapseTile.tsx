import { graphql, useFragment } from "react-relay";

import { TimelapseLiveness } from "../../shared/liveness/TimelapseLiveness.tsx";
import type { TimelapseTile_timelapse$key } from "./__generated__/TimelapseTile_timelapse.graphql";
import { Tile } from "./Tile.tsx";

/** The latest picture of a timelapse; it leads to the timelapse. */
export function TimelapseTile({ timelapse }: { readonly timelapse: TimelapseTile_timelapse$key }) {
  const data = useFragment(
    graphql`
      fragment TimelapseTile_timelapse on Timelapse {
        id
        name
        camera {
          name
        }
        ...TimelapseLiveness_timelapse
        latestFrame {
          ...Tile_frame
        }
      }
    `,
    timelapse,
  );
  const { id, name, camera, latestFrame } = data;
  return (
    <Tile
      to={`/timelapses/${encodeURIComponent(id)}`}
      name={name}
      of={camera.name}
      frame={latestFrame ?? null}
      state={<TimelapseLiveness timelapse={data} />}
    />
  );
}
