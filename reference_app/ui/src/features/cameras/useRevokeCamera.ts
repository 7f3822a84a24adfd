import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type { useRevokeCameraMutation } from "./__generated__/useRevokeCameraMutation.graphql";

/** Revokes a camera's access. */
export function useRevokeCamera(): [(camera: string) => void, boolean] {
  const [send, busy] = useAction<useRevokeCameraMutation>(
    graphql`
      mutation useRevokeCameraMutation($input: RevokeCameraInput!) {
        revokeCamera(input: $input) {
          camera {
            ...CameraPage_live
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.revokeCamera.errors },
  );
  return [
    (camera) => {
      send({ variables: { input: { camera } } });
    },
    busy,
  ];
}
