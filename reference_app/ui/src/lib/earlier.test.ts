import { expect, test } from "vitest";

import { earlier, standsFor } from "./earlier.ts";

const ZURICH = "Europe/Zurich";
const at = (moment: string) => Date.parse(moment);

test("an hour earlier is an hour, also when the clock changes", () => {
  expect(earlier(at("2026-10-25T01:30:00Z"), "hour", ZURICH)).toBe(at("2026-10-25T00:30:00Z"));
});

test("a day and a week earlier have the same time of day, also when the clock changes between", () => {
  // In the night to 25 October 2026 the clock goes back by an hour.
  expect(earlier(at("2026-10-25T12:00:00+01:00"), "day", ZURICH)).toBe(at("2026-10-24T12:00:00+02:00"));
  expect(earlier(at("2026-10-30T12:00:00+01:00"), "week", ZURICH)).toBe(at("2026-10-23T12:00:00+02:00"));
});

test("a month earlier is that day of the month before, or its last one", () => {
  expect(earlier(at("2026-07-15T06:30:00Z"), "month", "UTC")).toBe(at("2026-06-15T06:30:00Z"));
  expect(earlier(at("2026-03-31T06:30:00Z"), "month", "UTC")).toBe(at("2026-02-28T06:30:00Z"));
  expect(earlier(at("2026-01-10T23:30:00Z"), "month", ZURICH)).toBe(at("2025-12-10T23:30:00Z"));
});

test("a frame stands for what is a tenth away at most, before or after", () => {
  expect(standsFor("hour", -360)).toBe(true);
  expect(standsFor("hour", 361)).toBe(false);
  expect(standsFor("day", 2 * 3600)).toBe(true);
});
