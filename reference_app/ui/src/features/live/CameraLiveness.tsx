import { graphql, useFragment } from "react-relay";

import type { CameraLiveness_camera$key } from "./__generated__/CameraLiveness_camera.graphql";
import { LivenessBadge } from "./LivenessBadge.tsx";
import { useLivenessStatus } from "./useLivenessStatus.ts";

/** Whether a camera is alive, judged by its heartbeats. */
export function CameraLiveness({ camera }: { readonly camera: CameraLiveness_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraLiveness_camera on Camera {
        liveness
        heartbeatAt
        nextBy
        graceSeconds
      }
    `,
    camera,
  );
  const { liveness, heartbeatAt, nextBy, graceSeconds } = data;
  return (
    <LivenessBadge
      status={useLivenessStatus({ liveness, heartbeatAt, nextBy, graceSeconds })}
      testId="camera-liveness"
    />
  );
}
