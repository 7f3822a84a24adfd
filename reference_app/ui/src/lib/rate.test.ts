import { expect, test } from "vitest";

import { formatCount, formatNumber, formatRate } from "./rate.ts";

test.each([
  [24.4, "frame", "24 frames/s"],
  [1.25, "frame", "1.3 frames/s"],
  [1, "frame", "1.0 frame/s"],
  [0.2, "frame", "12 frames/min"],
  [0.001, "frame", "3.6 frames/h"],
  [3, "MB", "3.0 MB/s"],
])("says a rate of %d %s per second as %s", (rate, unit, text) => {
  expect(formatRate(rate, unit)).toBe(text);
});

test.each([null, 0, -1, Number.NaN])("omits the rate %s", (rate) => {
  expect(formatRate(rate, "frame")).toBeNull();
});

test("counts in the singular and the plural", () => {
  expect(formatCount(1, "frame")).toBe("1 frame");
  expect(formatCount(1204, "frame")).toBe("1,204 frames");
  expect(formatCount(3, "")).toBe("3 ");
});

test("groups digits", () => {
  expect(formatNumber(1204.25)).toBe("1,204.3");
});
