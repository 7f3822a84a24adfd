import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type { DoWithWorkInput, useDoWithWorkMutation } from "./__generated__/useDoWithWorkMutation.graphql";

/** What became of each. */
export type Done = Pick<useDoWithWorkMutation["response"]["doWithWork"], "outcomes" | "missing"> & {
  /** With how many it was done. */
  readonly count: number;
};

/** Does one thing with many movies and runs. */
export function useDoWithWork(): [(input: DoWithWorkInput, onDone: (done: Done) => void) => void, boolean] {
  const [send, busy] = useAction<useDoWithWorkMutation>(
    graphql`
      mutation useDoWithWorkMutation($input: DoWithWorkInput!) {
        doWithWork(input: $input) {
          missing
          outcomes {
            object {
              ...Transitions_stateful
            }
            reasons {
              __typename
            }
            ...RefusedWork_outcomes
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: ({ doWithWork }) => doWithWork.errors },
  );
  return [
    (input, onDone) => {
      send({
        variables: { input },
        onDone: ({ doWithWork: { outcomes, missing } }) => {
          const count = outcomes.filter(({ reasons }) => reasons.length === 0).length;
          onDone({ outcomes, missing, count });
        },
      });
    },
    busy,
  ];
}
