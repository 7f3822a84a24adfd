import { expect, test } from "vitest";

import { linesOf, tableOf, withValues } from "./tables.ts";

test("reads a table, and takes whatever is none for an empty one", () => {
  expect(tableOf({ mode: "auto" })).toEqual({ mode: "auto" });
  for (const none of [null, undefined, "x", 3, ["x"]]) expect(tableOf(none)).toEqual({});
});

test("puts values over a table and keeps what it does not know", () => {
  expect(withValues({ burst: 3, windows: ["a"] }, { windows: ["b"], timezone: "" })).toEqual({
    burst: 3,
    windows: ["b"],
  });
});

test("an empty table is none", () => {
  expect(withValues({ mode: "auto" }, { mode: "" })).toBeNull();
  expect(withValues(null, { windows: [], rate: null })).toBeNull();
});

test("reads one value a line", () => {
  expect(linesOf(" a \n\n b; c ")).toEqual(["a", "b", "c"]);
});
