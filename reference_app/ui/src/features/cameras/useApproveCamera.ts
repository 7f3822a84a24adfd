import { t } from "@lingui/core/macro";
import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type {
  ApproveCameraInput,
  useApproveCameraMutation,
} from "./__generated__/useApproveCameraMutation.graphql";

/** Approves the camera that shows this code. */
export function useApproveCamera(): [
  (input: ApproveCameraInput, onDone: (name: string) => void) => void,
  boolean,
] {
  const [send, busy] = useAction<useApproveCameraMutation>(
    graphql`
      mutation useApproveCameraMutation($input: ApproveCameraInput!) {
        approveCamera(input: $input) {
          camera {
            name
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.approveCamera.errors },
  );
  return [
    (input, onDone) => {
      send({
        variables: { input },
        onDone: ({ approveCamera }) => {
          onDone(approveCamera.camera?.name ?? t`The camera`);
        },
      });
    },
    busy,
  ];
}
