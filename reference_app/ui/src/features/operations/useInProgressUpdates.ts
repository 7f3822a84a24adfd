import { graphql } from "react-relay";
import type { RecordProxy } from "relay-runtime";

import { answered, linked, linkedList } from "../../relay/records.ts";
import { useLive, type LiveStatus } from "../live/useLive.ts";
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
          tasks {
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
      list.setLinkedRecords(applyUpdate(linkedList(list, "tasks"), update), "tasks");
      list.setValue(update.getValue("more"), "more");
    },
  });
}

/** Returns the list's tasks after an update, latest start first. */
function applyUpdate(shown: readonly RecordProxy[], update: RecordProxy): RecordProxy[] {
  const updated = linkedList(update, "tasks");
  const gone = new Set([
    ...updated.map((task) => task.getDataID()),
    ...(update.getValue("gone") as string[]),
  ]);
  const kept = update.getValue("kind") === "SNAPSHOT" ? [] : shown;
  return [...updated, ...kept.filter((task) => !gone.has(task.getDataID()))].sort((one, other) =>
    sortKey(one) < sortKey(other) ? 1 : -1,
  );
}

function sortKey(task: RecordProxy): string {
  return `${String(task.getValue("startedAt"))} ${task.getDataID()}`;
}
