import { expect, test } from "vitest";

import { focusTrend } from "./focusTrend.ts";

test.each([
  [0.3, undefined, 0.3, "first"],
  [0.3, 0.2, 0.3, "best"],
  [0.3, 0.2, 0.4, "sharper"],
  [0.2, 0.3, 0.4, "softer"],
  [0.3, 0.301, 0.4, "same"],
  [0.395, 0.4, 0.4, "best"],
] as const)("%d after %s with the best %s is %s", (newest, before, best, trend) => {
  expect(focusTrend(newest, before, best)).toBe(trend);
});
