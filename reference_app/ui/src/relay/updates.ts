import { ConnectionHandler, type RecordProxy, type RecordSourceSelectorProxy } from "relay-runtime";

import { answered, linked, linkedList } from "./records.ts";

/**
 * A list's records of one type after a message of a subscription: a snapshot replaces them; else what is gone
 * leaves, and what is new follows at the end. Changed records change in the store, wherever they are.
 */
export function updatedList(shown: readonly RecordProxy[], update: RecordProxy, type: string): RecordProxy[] {
  const changed = linkedList(update, "changed").filter((record) => record.getType() === type);
  if (update.getValue("kind") === "SNAPSHOT") return changed;
  const gone = new Set((update.getValue("gone") ?? []) as string[]);
  const known = new Set(shown.map((record) => record.getDataID()));
  return [
    ...shown.filter((record) => !gone.has(record.getDataID())),
    ...changed.filter((record) => !known.has(record.getDataID())),
  ];
}

/** The updater of a list's subscription: keeps the first 60 entries of a connection, whose nodes have one type. */
export function listUpdater(subscription: string, list: string, type: string) {
  return (store: RecordSourceSelectorProxy<Record<string, unknown>>): void => {
    const update = answered(store, subscription);
    const connection = linked(store.getRoot(), list, { first: 60 });
    if (!update || !connection) return;
    const edges = linkedList(connection, "edges");
    const edgeOf = new Map(edges.map((edge) => [linked(edge, "node")?.getDataID(), edge]));
    const shown = edges.flatMap((edge) => linked(edge, "node") ?? []);
    connection.setLinkedRecords(
      updatedList(shown, update, type).map(
        (node) =>
          edgeOf.get(node.getDataID()) ??
          ConnectionHandler.createEdge(store, connection, node, `${type}Edge`),
      ),
      "edges",
    );
  };
}
