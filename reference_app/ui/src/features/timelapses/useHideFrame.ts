import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type { HideFrameInput, useHideFrameMutation } from "./__generated__/useHideFrameMutation.graphql";

/** Leaves a frame out of new movies, or takes it back in. */
export function useHideFrame(): [(input: HideFrameInput) => void, boolean] {
  const [send, busy] = useAction<useHideFrameMutation>(
    graphql`
      mutation useHideFrameMutation($input: HideFrameInput!) {
        hideFrame(input: $input) {
          frame {
            ...FrameViewer_frame
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.hideFrame.errors },
  );
  return [
    (input) => {
      send({ variables: { input } });
    },
    busy,
  ];
}
