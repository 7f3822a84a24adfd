import type { RecordProxy } from "relay-runtime";

import { linkedList } from "./records.ts";

/**
 * A list's records of one type after a message of a subscription: a snapshot replaces them; else what is gone
 * leaves, and what is new follows at the end. Changed records change in the store, wherever they are.
 */
export function updatedList(shown: readonly RecordProxy[], update: RecordProxy, type: string): RecordProxy[] {
  const changed = linkedList(update, "changed").filter((record) => record.getType() === type);
  const gone = new Set(update.getValue("gone") as string[]);
  const known = new Set(shown.map((record) => record.getDataID()));
  return update.getValue("kind") === "SNAPSHOT"
    ? changed
    : [
        ...shown.filter((record) => !gone.has(record.getDataID())),
        ...changed.filter((record) => !known.has(record.getDataID())),
      ];
}
