import { graphql, useFragment } from "react-relay";

import { PictureFrame } from "../../design/PictureFrame.tsx";
import { instant } from "../../lib/age.ts";
import { Arrival } from "../live/Arrival.tsx";
import type { CameraSight_camera$key } from "./__generated__/CameraSight_camera.graphql";

/** What the camera sees: its latest frame, or a preview that is newer. */
export function CameraSight({ camera }: { readonly camera: CameraSight_camera$key }) {
  const { name, latestFrame, preview } = useFragment(
    graphql`
      fragment CameraSight_camera on Camera {
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
  const what = newer ? "Preview" : `Frame ${String(latestFrame?.sequence ?? "")}`;
  return (
    <PictureFrame
      picture={shown ? { url: shown.imageUrl, alt: `${what} of ${name}`, testId: "camera-sight" } : null}
      caption={
        shown && (
          <>
            <Arrival word={`${what}, arrived`} receivedAt={shown.receivedAt} capturedAt={shown.capturedAt} />
            {newer && <span>its original still waits on the camera</span>}
            {shown.clock !== "synced" && <span>camera’s clock: {shown.clock}</span>}
          </>
        )
      }
      emptyTitle="Nothing seen yet"
      emptyText={`The first picture appears here by itself as soon as ${name} sends it.`}
    />
  );
}
