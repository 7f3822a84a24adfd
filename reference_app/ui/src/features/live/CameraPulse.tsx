import { graphql, useFragment } from "react-relay";

import type { CameraPulse_camera$key } from "./__generated__/CameraPulse_camera.graphql";
import { LivenessBadge } from "./LivenessBadge.tsx";
import { useJudgement } from "./useJudgement.ts";

/** Whether a camera lives, by the heartbeat that it promised. */
export function CameraPulse({ camera }: { readonly camera: CameraPulse_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraPulse_camera on Camera {
        liveness
        beatAt
        nextBy
        graceSeconds
      }
    `,
    camera,
  );
  const { liveness, beatAt, nextBy, graceSeconds } = data;
  return (
    <LivenessBadge
      judgement={useJudgement({ liveness, beatAt, nextBy, graceSeconds })}
      testId="camera-liveness"
    />
  );
}
