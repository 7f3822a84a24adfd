import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from "relay-runtime";

import { linked, linkedList } from "./records.ts";

/** Where a new edge goes, its type's name, and how many edges the list keeps at that end. */
export interface EdgePlacement {
  readonly at: "start" | "end";
  readonly edgeType: string;
  readonly keep: number;
}

/**
 * Adds a node to a connection unless it is there already, so that a snapshot and a delta that overlap
 * show nothing twice; drops the edges beyond `keep` at the other end, so that a page left open stays small.
 */
export function insertOnce(
  store: RecordSourceProxy,
  list: RecordProxy,
  node: RecordProxy,
  placement: EdgePlacement,
): void {
  const edges = linkedList(list, "edges");
  const id = node.getDataID();
  if (edges.some((edge) => linked(edge, "node")?.getDataID() === id)) return;
  const edge = ConnectionHandler.createEdge(store, list, node, placement.edgeType);
  const grown = placement.at === "start" ? [edge, ...edges] : [...edges, edge];
  const kept = placement.at === "start" ? grown.slice(0, placement.keep) : grown.slice(-placement.keep);
  list.setLinkedRecords(kept, "edges");
}

/** Leaves out the nodes that are deleted: their edges stay in the list until it is fetched again. */
export function existing<T extends object>(nodes: readonly T[]): readonly T[] {
  return nodes.filter((node) => (node as T | null) !== null);
}
