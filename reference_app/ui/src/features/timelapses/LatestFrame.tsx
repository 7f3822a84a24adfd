import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import { PictureFrame } from "../../design/PictureFrame.tsx";
import { humanize } from "../../lib/words.ts";
import { FrameTimes } from "../../shared/cameras/FrameTimes.tsx";
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
              alt: t`Frame ${frame.sequence}, the latest of ${camera.name}`,
              testId: "camera-latest-frame",
            }
          : null
      }
      caption={
        frame && (
          <>
            <FrameTimes label={t`Received`} receivedAt={frame.receivedAt} capturedAt={frame.capturedAt} />
            <span>{t`Frame ${frame.sequence}`}</span>
            <span>
              {frame.width}×{frame.height}
            </span>
            {frame.clock.toLowerCase() !== "synced" && (
              <span>{t`camera clock: ${humanize(frame.clock).toLowerCase()}`}</span>
            )}
          </>
        )
      }
      emptyTitle={t`No frames yet`}
      emptyText={t`The first frame from ${camera.name} appears here automatically.`}
    />
  );
}
