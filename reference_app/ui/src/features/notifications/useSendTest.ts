import { graphql } from "react-relay";

import { useToast } from "../../design/Toaster.tsx";
import { useAction } from "../../shared/transitions/useAction.ts";
import type { useSendTestMutation } from "./__generated__/useSendTestMutation.graphql";

/** Sends a test to a destination, and shows what the other side said. */
export function useSendTest(): [(id: string) => void, boolean] {
  const show = useToast();
  const [send, busy] = useAction<useSendTestMutation>(
    graphql`
      mutation useSendTestMutation($id: ID!) {
        sendTestNotification(id: $id) {
          said
          subscriber {
            ...NotificationsPage_subscriber
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.sendTestNotification.errors },
  );
  const sendTest = (id: string) => {
    send({
      variables: { id },
      onDone: ({ sendTestNotification }) => {
        show({ severity: "success", message: sendTestNotification.said });
      },
    });
  };
  return [sendTest, busy];
}
