import {
  commitLocalUpdate,
  Environment,
  Network,
  Observable,
  RecordSource,
  Store,
  type RecordProxy,
} from "relay-runtime";
import { beforeEach, expect, test } from "vitest";

import { insertOnce, type EdgePlacement } from "./edges.ts";
import { linked, linkedList } from "./records.ts";

let environment: Environment;
beforeEach(() => {
  environment = new Environment({
    network: Network.create(() => Observable.create(() => undefined)),
    store: new Store(new RecordSource()),
  });
});

function insert(id: string, placement: Partial<EdgePlacement> = {}): string[] {
  let ids: string[] = [];
  commitLocalUpdate(environment, (store) => {
    const list: RecordProxy = store.get("list") ?? store.create("list", "FrameConnection");
    const node: RecordProxy = store.get(id) ?? store.create(id, "Frame");
    insertOnce(store, list, node, { at: "end", edgeType: "FrameEdge", keep: 3, ...placement });
    ids = linkedList(list, "edges").map((edge) => linked(edge, "node")?.getDataID() ?? "none");
  });
  return ids;
}

test("appends and prepends", () => {
  insert("a");
  expect(insert("b")).toEqual(["a", "b"]);
  expect(insert("c", { at: "start" })).toEqual(["c", "a", "b"]);
});

test("adds a node only once", () => {
  insert("a");
  insert("b");
  expect(insert("a")).toEqual(["a", "b"]);
  expect(insert("b", { at: "start" })).toEqual(["a", "b"]);
});

test("drops edges beyond the limit at the other end", () => {
  for (const id of ["a", "b", "c"]) insert(id);
  expect(insert("d")).toEqual(["b", "c", "d"]);
  expect(insert("e", { at: "start" })).toEqual(["e", "b", "c"]);
});
