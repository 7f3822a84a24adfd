import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { linked, linkedList } from "./records.ts";

/**
 * Puts what a message of a subscription says is new into a connection of the root that is sorted by a text: there
 * where it belongs, unless that is on a page that nobody has fetched yet. What is gone has lost its record by then.
 */
export function mergeSorted(
  store: RecordSourceProxy,
  key: string,
  edgeType: string,
  update: RecordProxy,
  field: string,
): void {
  const connection = ConnectionHandler.getConnection(store.getRoot(), key);
  if (!connection) return;
  const changed = linkedList(update, "changed");
  const news = new Set(changed.map((node) => node.getDataID()));
  // A snapshot without more to come has everybody: who is missing went while nobody listened.
  const isWhole = update.getValue("kind") === "SNAPSHOT" && update.getValue("more") === 0;
  const edges = linkedList(connection, "edges").filter((edge) => {
    const node = linked(edge, "node");
    return node !== null && (!isWhole || news.has(node.getDataID()));
  });
  const listed = new Set(edges.map((edge) => linked(edge, "node")?.getDataID()));
  const hasMore = linked(connection, "pageInfo")?.getValue("hasNextPage") === true;
  const textOf = (edge: RecordProxy) => String(linked(edge, "node")?.getValue(field) ?? "");
  for (const node of changed) {
    if (listed.has(node.getDataID())) continue;
    const text = String(node.getValue(field));
    const before = edges.findIndex((edge) => textOf(edge) > text);
    if (before < 0 && hasMore) continue;
    const edge = ConnectionHandler.createEdge(store, connection, node, edgeType);
    edges.splice(before < 0 ? edges.length : before, 0, edge);
  }
  connection.setLinkedRecords(edges, "edges");
}
