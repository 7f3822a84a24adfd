import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type { SetUpInput, useSetUpMutation } from "./__generated__/useSetUpMutation.graphql";
import { sessionBegun, sessionUpdater } from "./beginSession.ts";

export type SetUpError = useSetUpMutation["response"]["setUp"]["errors"][number];

interface Handlers {
  readonly onDone: () => void;
  readonly onRefused: (errors: readonly SetUpError[]) => void;
}

/** Makes the first account, and stores who is signed in with it. */
export function useSetUp(): [(input: SetUpInput, handlers: Handlers) => void, boolean] {
  const [send, busy] = useAction<useSetUpMutation>(
    graphql`
      mutation useSetUpMutation($input: SetUpInput!) {
        setUp(input: $input) {
          me {
            ...AccountMenu_user
          }
          errors {
            field
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.setUp.errors, updater: sessionUpdater("setUp") },
  );
  const setUp = (input: SetUpInput, { onDone, onRefused }: Handlers) => {
    send({
      variables: { input },
      onDone: sessionBegun(onDone),
      onRefused: ({ setUp: { errors } }) => {
        onRefused(errors);
      },
    });
  };
  return [setUp, busy];
}
