import { graphql } from "react-relay";

import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useCameraPageSubscription } from "./__generated__/useCameraPageSubscription.graphql";

/** Keeps the live part of a camera's page up to date. */
export function useCameraPage(camera: string): LiveStatus {
  return useLive<useCameraPageSubscription>({
    subscription: graphql`
      subscription useCameraPageSubscription($camera: ID!) {
        cameraUpdates(id: $camera) {
          kind
          seq
          heartbeatSeconds
          gone @deleteRecord
          changed {
            ...CameraPage_live
          }
        }
      }
    `,
    variables: { camera },
    envelope: (response) => response.cameraUpdates,
  });
}
