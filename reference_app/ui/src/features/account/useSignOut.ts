import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type { useSignOutMutation } from "./__generated__/useSignOutMutation.graphql";

/** Signs out and reloads the page, so that neither memory nor the connection keeps anything of the session. */
export function useSignOut(): [() => void, boolean] {
  const [send, busy] = useAction<useSignOutMutation>(
    graphql`
      mutation useSignOutMutation {
        signOut {
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.signOut.errors },
  );
  const signOut = () => {
    send({
      variables: {},
      onDone: () => {
        window.location.assign("/sign-in");
      },
    });
  };
  return [signOut, busy];
}
