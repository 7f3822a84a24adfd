import { graphql } from "react-relay";
import type { RecordProxy } from "relay-runtime";

import { answered, linked, linkedList } from "../../relay/records.ts";
import { updatedList } from "../../relay/updates.ts";
import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useOperationsUpdatesSubscription } from "./__generated__/useOperationsUpdatesSubscription.graphql";

/** The lists of the page, each with the type of its records and the order that it is shown in. */
const LISTS: readonly (readonly [string, string, (record: RecordProxy) => string | number])[] = [
  ["queues", "Queue", (queue) => String(queue.getValue("name"))],
  ["tasks", "QueuedTask", (task) => String(task.getValue("startedAt") ?? "~")], // those that wait are last
  ["holds", "Hold", (hold) => String(hold.getValue("since"))],
  ["workers", "Worker", (worker) => String(worker.getValue("name"))],
  [
    "periodicTasks",
    "PeriodicTask",
    (task) => `${String(task.getValue("place"))} ${String(task.getValue("entry"))}`,
  ],
  ["runs", "Run", (run) => -Date.parse(String(run.getValue("createdAt")))],
];

/**
 * Keeps queues, tasks, workers, held locks, periodic tasks and runs up to date: a snapshot replaces the lists, a delta
 * changes them. Calls `onChange` when something began, ended or changed its state.
 */
export function useOperationsUpdates(onChange: () => void): LiveStatus {
  return useLive<useOperationsUpdatesSubscription>({
    subscription: graphql`
      subscription useOperationsUpdatesSubscription {
        operationsUpdates {
          kind
          seq
          heartbeatSeconds
          gone
          more
          brokerFreshness {
            isCurrent
            asOf
            ...FreshnessNote_freshness
          }
          workersFreshness {
            isCurrent
            asOf
            ...FreshnessNote_freshness
          }
          changed {
            __typename
            ... on Queue {
              name
              ...QueuePanel_queues
            }
            ... on QueuedTask {
              startedAt
              ...TaskPanel_tasks
            }
            ... on Hold {
              since
              ...HoldPanel_holds
            }
            ... on Worker {
              name
              ...QueuePanel_workers
            }
            ... on PeriodicTask {
              entry
              place
              ...PeriodicPanel_tasks
            }
            ... on Run {
              createdAt
              ...RunRow_run @alias
            }
          }
        }
      }
    `,
    variables: {},
    envelope: (response) => response.operationsUpdates,
    updater: (store) => {
      const update = answered(store, "operationsUpdates");
      const operations = linked(store.getRoot(), "operations");
      if (!update || !operations) return;
      if (update.getValue("kind") === "DELTA") onChange();
      for (const [field, type, order] of LISTS) {
        const records = updatedList(linkedList(operations, field), update, type);
        operations.setLinkedRecords(
          records.sort((one, other) => (order(one) < order(other) ? -1 : order(one) > order(other) ? 1 : 0)),
          field,
        );
      }
      operations.setValue(update.getValue("more"), "more");
      for (const field of ["brokerFreshness", "workersFreshness"]) {
        const freshness = linked(update, field);
        if (freshness) operations.setLinkedRecord(freshness, field);
      }
    },
  });
}
