import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import { PictureFrame } from "../../design/PictureFrame.tsx";
import { instant } from "../../lib/age.ts";
import { humanize } from "../../lib/words.ts";
import { FrameTimes } from "../../shared/cameras/FrameTimes.tsx";
import type { CameraView_camera$key } from "./__generated__/CameraView_camera.graphql";

/** The camera's latest picture: its latest frame, or a newer preview. */
export function CameraView({ camera }: { readonly camera: CameraView_camera$key }) {
  const { name, latestFrame, preview } = useFragment(
    graphql`
      fragment CameraView_camera on Camera {
        name
        latestFrame {
          imageUrl
          capturedAt
          receivedAt
          clock
          sequence
        }
        preview {
          imageUrl
          capturedAt
          receivedAt
          clock
        }
      }
    `,
    camera,
  );
  const newer =
    preview !== null &&
    preview !== undefined &&
    (instant(preview.capturedAt) ?? 0) > (instant(latestFrame?.capturedAt) ?? 0);
  const shown = newer ? preview : latestFrame;
  const what = newer ? t`Preview` : t`Frame ${latestFrame?.sequence ?? ""}`;
  return (
    <PictureFrame
      picture={shown ? { url: shown.imageUrl, alt: t`${what} of ${name}`, testId: "camera-view" } : null}
      caption={
        shown && (
          <>
            <FrameTimes
              label={t`${what}, received`}
              receivedAt={shown.receivedAt}
              capturedAt={shown.capturedAt}
            />
            {newer && <span>{t`full-size picture not delivered yet`}</span>}
            {shown.clock !== "synced" && (
              <span>{t`camera clock: ${humanize(shown.clock).toLowerCase()}`}</span>
            )}
          </>
        )
      }
      emptyTitle={t`No picture yet`}
      emptyText={t`The first picture from ${name} appears here automatically.`}
    />
  );
}
