import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type {
  DeleteCameraInput,
  useDeleteCameraMutation,
} from "./__generated__/useDeleteCameraMutation.graphql";

/**
 * Deletes a camera with its timelapses, movies and frames. The record stays in Relay's store, because that of a
 * timelapse needs its camera until the lists are fetched again.
 */
export function useDeleteCamera(onDeleted: () => void): [(input: DeleteCameraInput) => void, boolean] {
  const [send, busy] = useAction<useDeleteCameraMutation>(
    graphql`
      mutation useDeleteCameraMutation($input: DeleteCameraInput!) {
        deleteCamera(input: $input) {
          deletedCameraId
          camera {
            ...DeleteCamera_camera
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.deleteCamera.errors },
  );
  return [
    (input) => {
      send({ variables: { input }, onDone: onDeleted });
    },
    busy,
  ];
}
