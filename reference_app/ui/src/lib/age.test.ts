import { expect, test } from "vitest";

import { formatAge, formatInstant, instant } from "./age.ts";

const now = Date.parse("2026-11-23T14:00:00Z");

test.each([
  [0, "just now"],
  [900, "just now"],
  [1000, "1 s ago"],
  [12_900, "12 s ago"],
  [90_000, "1 min 30 s ago"],
  [-5000, "just now"],
])("says an age of %d ms as %s", (age, text) => {
  expect(formatAge(now - age, now)).toBe(text);
});

test("reads instants, and null as none", () => {
  expect(instant("2026-11-23T14:00:00+00:00")).toBe(now);
  expect(instant(null)).toBeNull();
  expect(instant(undefined)).toBeNull();
  expect(instant("soon")).toBeNull();
});

test("omits today's date and includes another day's", () => {
  expect(formatInstant(now, now)).not.toMatch(/Nov/);
  expect(formatInstant(now - 3 * 86_400_000, now)).toMatch(/20 Nov/);
});
