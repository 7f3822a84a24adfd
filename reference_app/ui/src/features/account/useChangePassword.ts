import { graphql } from "react-relay";

import { useAction } from "../../shared/transitions/useAction.ts";
import type {
  ChangePasswordInput,
  useChangePasswordMutation,
} from "./__generated__/useChangePasswordMutation.graphql";

export type ChangeError = useChangePasswordMutation["response"]["changePassword"]["errors"][number];

interface Handlers {
  readonly onDone: () => void;
  readonly onRefused: (errors: readonly ChangeError[]) => void;
}

/** Changes the viewer's own password. */
export function useChangePassword(): [(input: ChangePasswordInput, handlers: Handlers) => void, boolean] {
  const [send, busy] = useAction<useChangePasswordMutation>(
    graphql`
      mutation useChangePasswordMutation($input: ChangePasswordInput!) {
        changePassword(input: $input) {
          me {
            ...SessionList_user
          }
          errors {
            field
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.changePassword.errors },
  );
  const change = (input: ChangePasswordInput, { onDone, onRefused }: Handlers) => {
    send({
      variables: { input },
      onDone,
      onRefused: ({ changePassword }) => {
        onRefused(changePassword.errors);
      },
    });
  };
  return [change, busy];
}
