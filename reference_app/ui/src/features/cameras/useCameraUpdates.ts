import { graphql } from "react-relay";

import { useLive, type LiveStatus } from "../live/useLive.ts";
import type { useCameraUpdatesSubscription } from "./__generated__/useCameraUpdatesSubscription.graphql";

/** Keeps a camera's card up to date. */
export function useCameraUpdates(camera: string): LiveStatus {
  return useLive<useCameraUpdatesSubscription>({
    subscription: graphql`
      subscription useCameraUpdatesSubscription($camera: ID!) {
        cameraUpdates(id: $camera) {
          kind
          seq
          heartbeatSeconds
          gone @deleteRecord
          changed {
            ...CameraCard_camera
          }
        }
      }
    `,
    variables: { camera },
    envelope: (response) => response.cameraUpdates,
  });
}
