import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type { useChangeRunMutation } from "./__generated__/useChangeRunMutation.graphql";

/** Pauses, resumes, cancels or retries a run, by the name of one of its available transitions. */
export function useChangeRun(): [(id: string, transition: string) => void, boolean] {
  const [send, busy] = useAction<useChangeRunMutation>(
    graphql`
      mutation useChangeRunMutation($id: ID!, $transition: String!) {
        changeRun(id: $id, transition: $transition) {
          run {
            ...RunRow_run
          }
          reasons {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.changeRun.reasons },
  );
  return [
    (id, transition) => {
      send({ variables: { id, transition } });
    },
    busy,
  ];
}
