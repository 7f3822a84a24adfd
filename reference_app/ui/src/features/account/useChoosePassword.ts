import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type {
  ChoosePasswordInput,
  useChoosePasswordMutation,
} from "./__generated__/useChoosePasswordMutation.graphql";
import { sessionBegun, sessionUpdater } from "./beginSession.ts";

export type ChooseError = useChoosePasswordMutation["response"]["choosePassword"]["errors"][number];

interface Handlers {
  readonly onDone: () => void;
  readonly onRefused: (errors: readonly ChooseError[]) => void;
}

/** Gives the account of a link a new password, and stores who is signed in with it. */
export function useChoosePassword(): [(input: ChoosePasswordInput, handlers: Handlers) => void, boolean] {
  const [send, busy] = useAction<useChoosePasswordMutation>(
    graphql`
      mutation useChoosePasswordMutation($input: ChoosePasswordInput!) {
        choosePassword(input: $input) {
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
    { errors: (response) => response.choosePassword.errors, updater: sessionUpdater("choosePassword") },
  );
  const choose = (input: ChoosePasswordInput, { onDone, onRefused }: Handlers) => {
    send({
      variables: { input },
      onDone: sessionBegun(onDone),
      onRefused: ({ choosePassword }) => {
        onRefused(choosePassword.errors);
      },
    });
  };
  return [choose, busy];
}
