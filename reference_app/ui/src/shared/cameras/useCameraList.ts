import { graphql } from "react-relay";

import { listUpdater } from "../../relay/updates.ts";
import type { useCameraListSubscription } from "./__generated__/useCameraListSubscription.graphql";
import { useLive, type LiveStatus } from "../live/useLive.ts";

/** Keeps the names and the liveness of the first 60 cameras up to date: new ones come, deleted ones go. */
export function useCameraList(): LiveStatus {
  return useLive<useCameraListSubscription>({
    subscription: graphql`
      subscription useCameraListSubscription {
        cameraListUpdates {
          kind
          seq
          heartbeatSeconds
          gone @deleteRecord
          changed {
            name
            ...CameraLiveness_camera
          }
        }
      }
    `,
    variables: {},
    envelope: (response) => response.cameraListUpdates,
    updater: listUpdater("cameraListUpdates", "cameras", "Camera"),
  });
}
