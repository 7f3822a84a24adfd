import { graphql } from "react-relay";

import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useSubscriberUpdatesSubscription } from "./__generated__/useSubscriberUpdatesSubscription.graphql";

/** Keeps the viewer's notifications up to date. */
export function useSubscriberUpdates(): LiveStatus {
  return useLive<useSubscriberUpdatesSubscription>({
    subscription: graphql`
      subscription useSubscriberUpdatesSubscription {
        subscriberUpdates {
          kind
          seq
          heartbeatSeconds
          changed {
            ...NotificationsPage_subscriber
          }
        }
      }
    `,
    variables: {},
    envelope: (response) => response.subscriberUpdates,
  });
}
