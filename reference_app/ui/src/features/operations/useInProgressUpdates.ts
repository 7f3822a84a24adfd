import { graphql } from "react-relay";
import type { RecordProxy } from "relay-runtime";

import { answered, linked, linkedList } from "../../relay/records.ts";
import { updatedList } from "../../relay/updates.ts";
import { useLive, type LiveStatus } from "../../shared/live/useLive.ts";
import type { useInProgressUpdatesSubscription } from "./__generated__/useInProgressUpdatesSubscription.graphql";

/** Keeps the list of tasks in progress up to date: a snapshot replaces the list, a delta changes it. */
export function useInProgressUpdates(): LiveStatus {
  return useLive<useInProgressUpdatesSubscription>({
    subscription: graphql`
      subscription useInProgressUpdatesSubscription {
        inProgressUpdates {
          kind
          seq
          heartbeatSeconds
          gone
          more
          changed {
            id
            startedAt
            ...ProgressRow_progress
          }
        }
      }
    `,
    variables: {},
    envelope: (response) => response.inProgressUpdates,
    updater: (store) => {
      const update = answered(store, "inProgressUpdates");
      const list = linked(store.getRoot(), "inProgress");
      if (!update || !list) return;
      const tasks = updatedList(linkedList(list, "tasks"), update, "Progress");
      list.setLinkedRecords(
        tasks.sort((one, other) => (sortKey(one) < sortKey(other) ? 1 : -1)),
        "tasks",
      );
      list.setValue(update.getValue("more"), "more");
    },
  });
}

/** The latest start comes first. */
function sortKey(task: RecordProxy): string {
  return `${String(task.getValue("startedAt"))} ${task.getDataID()}`;
}
