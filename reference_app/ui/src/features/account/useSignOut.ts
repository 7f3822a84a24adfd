import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type { useSignOutMutation } from "./__generated__/useSignOutMutation.graphql";

/** Signs out and loads the page anew, so that nothing of the session stays in memory or on the wire. */
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
