import { graphql, useFragment } from "react-relay";

import { PictureFrame } from "../../design/PictureFrame.tsx";
import { FrameTimes } from "../live/FrameTimes.tsx";
import type { LatestFrame_timelapse$key } from "./__generated__/LatestFrame_timelapse.graphql";

/** The latest frame with its age. */
export function LatestFrame({ timelapse }: { readonly timelapse: LatestFrame_timelapse$key }) {
  const { latestFrame: frame, camera } = useFragment(
    graphql`
      fragment LatestFrame_timelapse on Timelapse {
        camera {
          name
        }
        latestFrame {
          sequence
          capturedAt
          receivedAt
          clock
          width
          height
          largeUrl: thumbnailUrl(size: LARGE)
        }
      }
    `,
    timelapse,
  );
  return (
    <PictureFrame
      picture={
        frame
          ? {
              url: frame.largeUrl,
              alt: `Frame ${String(frame.sequence)}, the latest of ${camera.name}`,
              testId: "camera-latest-frame",
            }
          : null
      }
      caption={
        frame && (
          <>
            <FrameTimes label="Received" receivedAt={frame.receivedAt} capturedAt={frame.capturedAt} />
            <span>Frame {frame.sequence}</span>
            <span>
              {frame.width}×{frame.height}
            </span>
            {frame.clock.toLowerCase() !== "synced" && <span>camera clock: {frame.clock.toLowerCase()}</span>}
          </>
        )
      }
      emptyTitle="No frames yet"
      emptyText={`The first frame from ${camera.name} appears here automatically.`}
    />
  );
}
