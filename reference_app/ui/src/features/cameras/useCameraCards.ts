import { graphql } from "react-relay";

import { listUpdater } from "../../relay/updates.ts";
import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useCameraCardsSubscription } from "./__generated__/useCameraCardsSubscription.graphql";

/** Keeps the cards of the first 60 cameras up to date: new ones come, deleted ones go. */
export function useCameraCards(): LiveStatus {
  return useLive<useCameraCardsSubscription>({
    subscription: graphql`
      subscription useCameraCardsSubscription {
        cameraListUpdates {
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
    variables: {},
    envelope: (response) => response.cameraListUpdates,
    updater: listUpdater("cameraListUpdates", "cameras", "Camera"),
  });
}
