import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import { StateBadge } from "../../design/StateBadge.tsx";
import type { CameraLiveness_camera$key } from "./__generated__/CameraLiveness_camera.graphql";
import { LivenessBadge } from "./LivenessBadge.tsx";
import { useLivenessStatus } from "./useLivenessStatus.ts";

/** Whether a camera is alive, judged by its heartbeats; of one that may send none, that it is revoked. */
export function CameraLiveness({ camera }: { readonly camera: CameraLiveness_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraLiveness_camera on Camera {
        state
        liveness
        heartbeatAt
        nextBy
        graceSeconds
      }
    `,
    camera,
  );
  const { state, liveness, heartbeatAt, nextBy, graceSeconds } = data;
  const status = useLivenessStatus({ liveness, heartbeatAt, nextBy, graceSeconds });
  if (state === "revoked") return <StateBadge tone="quiet" label={t`Revoked`} />;
  return <LivenessBadge status={status} testId="camera-liveness" />;
}
