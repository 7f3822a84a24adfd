import { expect, test } from "vitest";

import { calendar, clockTime, dayName, dayOf, hoursOf, nearestTo, offsetMs } from "./moments.ts";

const DAYS = [
  { at: "2026-11-20T00:00:00+01:00", frames: 5 },
  { at: "2026-11-23T00:00:00+01:00", frames: 7 },
];

test("finds the nearest value", () => {
  expect(nearestTo([10, 20, 30], 24)).toBe(1);
  expect(nearestTo([10, 20, 30], 99)).toBe(2);
  expect(nearestTo([], 1)).toBe(-1);
});

test("reads by how much a clock is ahead of UTC", () => {
  expect(offsetMs("2026-11-23T00:00:00+01:00")).toBe(3_600_000);
  expect(offsetMs("2026-11-23T00:00:00-03:30")).toBe(-12_600_000);
  expect(offsetMs("2026-11-23T00:00:00Z")).toBe(0);
});

test("says day and time by the clock of the place", () => {
  const at = Date.parse("2026-11-23T23:30:05Z");
  expect(clockTime(at, 3_600_000)).toBe("00:30:05");
  expect(dayName(at, 3_600_000)).toBe("Tue, 24 Nov 2026");
});

test("a calendar has the days without frames, too", () => {
  expect(calendar(DAYS).map(({ at, frames }) => [at, frames])).toEqual([
    ["2026-11-20T00:00:00+01:00", 5],
    ["2026-11-21T00:00:00+01:00", 0],
    ["2026-11-22T00:00:00+01:00", 0],
    ["2026-11-23T00:00:00+01:00", 7],
  ]);
  expect(calendar([])).toEqual([]);
});

test("a moment is in the day that began before it", () => {
  const days = calendar(DAYS);
  expect(dayOf(days, Date.parse("2026-11-21T12:00:00Z"))).toEqual({
    from: Date.parse("2026-11-20T23:00:00Z"),
    to: Date.parse("2026-11-21T23:00:00Z"),
    offset: 3_600_000,
  });
  expect(dayOf(days, Date.parse("2026-11-19T12:00:00Z"))).toBeNull();
});

test("finds the whole hours of a day that have frames, by the clock of the place", () => {
  const from = Date.parse("2026-11-23T00:00:00+05:30");
  const day = { from, to: from + 86_400_000, offset: offsetMs("2026-11-23T00:00:00+05:30") };
  const hours = hoursOf(day, [
    Date.parse("2026-11-23T08:12:00+05:30"),
    Date.parse("2026-11-23T09:59:00+05:30"),
  ]);
  expect(clockTime(hours.from, day.offset)).toBe("08:00:00");
  expect(clockTime(hours.to, day.offset)).toBe("10:00:00");
  expect(hoursOf(day, [])).toEqual({ from: day.from, to: day.to });
  expect(hoursOf(day, [day.to - 1]).to).toBe(day.to);
});
