import type { RecordSourceSelectorProxy } from "relay-runtime";

import { answered, linked } from "../../relay/records.ts";
import { session } from "../../relay/session.ts";

/** The updater of a mutation with which a session begins. What the store kept may be somebody else's. */
export function sessionUpdater(mutation: string) {
  return (store: RecordSourceSelectorProxy<Record<string, unknown>>): void => {
    const me = linked(answered(store, mutation), "me");
    if (!me) return;
    store.invalidateStore();
    store.getRoot().setLinkedRecord(me, "me").setValue(false, "firstRun");
  };
}

/** Lets the page know that somebody has signed in, then continues. */
export function sessionBegun(onDone: () => void): () => void {
  return () => {
    session.begin();
    onDone();
  };
}
