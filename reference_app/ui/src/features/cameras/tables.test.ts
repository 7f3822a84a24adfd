import { expect, test } from "vitest";

import { linesOf, tableOf, withValues } from "./tables.ts";

test("reads a table, and other types as an empty one", () => {
  expect(tableOf({ mode: "auto" })).toEqual({ mode: "auto" });
  for (const none of [null, undefined, "x", 3, ["x"]]) expect(tableOf(none)).toEqual({});
});

test("merges values into a table and keeps unknown keys", () => {
  expect(withValues({ burst: 3, windows: ["a"] }, { windows: ["b"], timezone: "" })).toEqual({
    burst: 3,
    windows: ["b"],
  });
});

test("returns null for an empty table", () => {
  expect(withValues({ mode: "auto" }, { mode: "" })).toBeNull();
  expect(withValues(null, { windows: [], rate: null })).toBeNull();
});

test("reads one value per line", () => {
  expect(linesOf(" a \n\n b; c ")).toEqual(["a", "b", "c"]);
});
