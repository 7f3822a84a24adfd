import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type { useSignOutElsewhereMutation } from "./__generated__/useSignOutElsewhereMutation.graphql";

/** Signs the viewer out in all browsers but this one. */
export function useSignOutElsewhere(): [() => void, boolean] {
  const [send, busy] = useAction<useSignOutElsewhereMutation>(
    graphql`
      mutation useSignOutElsewhereMutation {
        signOutElsewhere {
          me {
            ...SessionList_user
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.signOutElsewhere.errors },
  );
  return [
    () => {
      send({ variables: {} });
    },
    busy,
  ];
}
