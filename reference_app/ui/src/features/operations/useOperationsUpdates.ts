import { graphql } from "react-relay";

import { answered, linked } from "../../relay/records.ts";
import { useLive, type LiveStatus } from "../live/useLive.ts";
import type { useOperationsUpdatesSubscription } from "./__generated__/useOperationsUpdatesSubscription.graphql";

/** Keeps queues, tasks and held locks up to date. Each message carries the complete state. */
export function useOperationsUpdates(): LiveStatus {
  return useLive<useOperationsUpdatesSubscription>({
    subscription: graphql`
      subscription useOperationsUpdatesSubscription {
        operationsUpdates {
          kind
          seq
          heartbeatSeconds
          operations {
            ...OperationsPage_operations
          }
        }
      }
    `,
    variables: {},
    envelope: (response) => response.operationsUpdates,
    updater: (store) => {
      const latest = linked(answered(store, "operationsUpdates"), "operations");
      if (latest) store.getRoot().setLinkedRecord(latest, "operations");
    },
  });
}
