import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type { useSignInMutation } from "./__generated__/useSignInMutation.graphql";
import { sessionBegun, sessionUpdater } from "./beginSession.ts";

/** Signs a user in and stores who is signed in. What the store kept may be somebody else's: pages fetch it again. */
export function useSignIn(): [(username: string, password: string, onDone: () => void) => void, boolean] {
  const [send, busy] = useAction<useSignInMutation>(
    graphql`
      mutation useSignInMutation($input: SignInInput!) {
        signIn(input: $input) {
          me {
            ...AccountMenu_user
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    {
      errors: (response) => response.signIn.errors,
      updater: sessionUpdater("signIn"),
    },
  );
  const signIn = (username: string, password: string, onDone: () => void) => {
    send({
      variables: { input: { username, password } },
      onDone: sessionBegun(onDone),
    });
  };
  return [signIn, busy];
}
