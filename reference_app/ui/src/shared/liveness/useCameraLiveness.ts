import { graphql } from "react-relay";

import type { useCameraLivenessSubscription } from "./__generated__/useCameraLivenessSubscription.graphql";
import { useLive, type LiveStatus } from "../live/useLive.ts";

/**
 * Keeps a camera's name and liveness up to date while the caller is mounted. A deleted camera stays in Relay's store: the
 * caller shows a timelapse, which needs its camera until it is gone itself.
 */
export function useCameraLiveness(camera: string): LiveStatus {
  return useLive<useCameraLivenessSubscription>({
    subscription: graphql`
      subscription useCameraLivenessSubscription($camera: ID!) {
        cameraUpdates(id: $camera) {
          kind
          seq
          heartbeatSeconds
          changed {
            name
            ...CameraLiveness_camera
          }
        }
      }
    `,
    variables: { camera },
    envelope: (response) => response.cameraUpdates,
  });
}
