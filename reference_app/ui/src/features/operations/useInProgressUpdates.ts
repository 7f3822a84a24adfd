import { graphql } from "react-relay";
import type { RecordProxy } from "relay-runtime";

import { answered, linked, linkedList } from "../../relay/records.ts";
import { useLive, type LiveStatus } from "../live/useLive.ts";
import type { useInProgressUpdatesSubscription } from "./__generated__/useInProgressUpdatesSubscription.graphql";

/** Keeps what is in progress up to date: the first message brings the page, the others what changes of it. */
export function useInProgressUpdates(): LiveStatus {
  return useLive<useInProgressUpdatesSubscription>({
    subscription: graphql`
      subscription useInProgressUpdatesSubscription {
        inProgressUpdates {
          kind
          seq
          beatSeconds
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
      const page = linked(store.getRoot(), "inProgress");
      if (!update || !page) return;
      page.setLinkedRecords(turned(linkedList(page, "tasks"), update), "tasks");
      page.setValue(update.getValue("more"), "more");
    },
  });
}

/** The page's tasks after an update of it, the last started first. */
function turned(shown: readonly RecordProxy[], update: RecordProxy): RecordProxy[] {
  const told = linkedList(update, "tasks");
  const gone = new Set([...told.map((task) => task.getDataID()), ...(update.getValue("gone") as string[])]);
  const kept = update.getValue("kind") === "SNAPSHOT" ? [] : shown;
  return [...told, ...kept.filter((task) => !gone.has(task.getDataID()))].sort((one, other) =>
    place(one) < place(other) ? 1 : -1,
  );
}

function place(task: RecordProxy): string {
  return `${String(task.getValue("startedAt"))} ${task.getDataID()}`;
}
