import { graphql } from "react-relay";

import type { useCameraPulseSubscription } from "./__generated__/useCameraPulseSubscription.graphql";
import { useLive, type LiveStatus } from "./useLive.ts";

/** Keeps a camera's heartbeat up to date while the caller is on the page. */
export function useCameraPulse(camera: string): LiveStatus {
  return useLive<useCameraPulseSubscription>({
    subscription: graphql`
      subscription useCameraPulseSubscription($camera: ID!) {
        cameraUpdates(id: $camera) {
          kind
          seq
          beatSeconds
          camera {
            ...CameraPulse_camera
          }
        }
      }
    `,
    variables: { camera },
    envelope: (response) => response.cameraUpdates,
  });
}
