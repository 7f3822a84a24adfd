import { graphql } from "react-relay";

import { answered, linked } from "../../relay/records.ts";
import { session } from "../../relay/session.ts";
import { useAction } from "../live/useAction.ts";
import type { useSignInMutation } from "./__generated__/useSignInMutation.graphql";

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
      updater: (store) => {
        const me = linked(answered(store, "signIn"), "me");
        if (!me) return;
        store.invalidateStore();
        store.getRoot().setLinkedRecord(me, "me");
      },
    },
  );
  const signIn = (username: string, password: string, onDone: () => void) => {
    send({
      variables: { input: { username, password } },
      onDone: () => {
        session.begin();
        onDone();
      },
    });
  };
  return [signIn, busy];
}
