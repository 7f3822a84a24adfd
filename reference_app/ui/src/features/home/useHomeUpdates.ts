import { graphql } from "react-relay";

import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useHomeUpdatesSubscription } from "./__generated__/useHomeUpdatesSubscription.graphql";

/** Keeps the first page up to date. */
export function useHomeUpdates(): LiveStatus {
  return useLive<useHomeUpdatesSubscription>({
    subscription: graphql`
      subscription useHomeUpdatesSubscription {
        homeUpdates {
          kind
          seq
          heartbeatSeconds
          changed {
            ...NeedsYou_home
            ...MakingNow_home
            ...Wall_home
          }
        }
      }
    `,
    variables: {},
    envelope: (response) => response.homeUpdates,
  });
}
