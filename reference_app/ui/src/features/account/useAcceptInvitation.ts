import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type {
  AcceptInvitationInput,
  useAcceptInvitationMutation,
} from "./__generated__/useAcceptInvitationMutation.graphql";
import { sessionBegun, sessionUpdater } from "./beginSession.ts";

export type AcceptError = useAcceptInvitationMutation["response"]["acceptInvitation"]["errors"][number];

/** Makes the account of an invitation, and stores who is signed in with it. */
export function useAcceptInvitation(): [
  (
    input: AcceptInvitationInput,
    handlers: { readonly onDone: () => void; readonly onRefused: (errors: readonly AcceptError[]) => void },
  ) => void,
  boolean,
] {
  const [send, busy] = useAction<useAcceptInvitationMutation>(
    graphql`
      mutation useAcceptInvitationMutation($input: AcceptInvitationInput!) {
        acceptInvitation(input: $input) {
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
    {
      errors: (response) => response.acceptInvitation.errors,
      updater: sessionUpdater("acceptInvitation"),
    },
  );
  return [
    (input, { onDone, onRefused }) => {
      send({
        variables: { input },
        onDone: sessionBegun(onDone),
        onRefused: ({ acceptInvitation }) => {
          onRefused(acceptInvitation.errors);
        },
      });
    },
    busy,
  ];
}
