import { graphql } from "react-relay";

import { useAction } from "./useAction.ts";
import type { TransitionInput, useTransitionMutation } from "./__generated__/useTransitionMutation.graphql";

/** Does one of an object's transitions, by its name. An object that was deleted leaves every list. */
export function useTransition(): [(input: TransitionInput) => void, boolean] {
  const [send, busy] = useAction<useTransitionMutation>(
    graphql`
      mutation useTransitionMutation($input: TransitionInput!) {
        transition(input: $input) {
          deletedId @deleteRecord
          object {
            state
            stateLabel
            ...Transitions_stateful
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.transition.errors },
  );
  return [
    (input) => {
      send({ variables: { input } });
    },
    busy,
  ];
}
