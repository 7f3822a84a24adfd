import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type { useSignOutSessionMutation } from "./__generated__/useSignOutSessionMutation.graphql";

/** Signs the viewer out in one browser. */
export function useSignOutSession(): [(session: string) => void, boolean] {
  const [send, busy] = useAction<useSignOutSessionMutation>(
    graphql`
      mutation useSignOutSessionMutation($input: SignOutSessionInput!) {
        signOutSession(input: $input) {
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
    { errors: (response) => response.signOutSession.errors },
  );
  return [
    (session) => {
      send({ variables: { input: { session } } });
    },
    busy,
  ];
}
