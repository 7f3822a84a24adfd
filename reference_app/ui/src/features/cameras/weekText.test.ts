import { expect, test } from "vitest";

import { formatMinute, formatOpen, formatSun, weekdayOf } from "./weekText.ts";

const span = (beginMinute: number, endMinute: number) => ({ beginMinute, endMinute });

test("says when a day is open", () => {
  expect(formatMinute(1440)).toBe("24:00");
  expect(formatOpen([span(390, 1080), span(1200, 1320)])).toBe("06:30 to 18:00, 20:00 to 22:00");
  expect(formatOpen([])).toBe("closed");
  expect(formatOpen([span(0, 1440)])).toBe("open all day");
  expect(formatOpen([], false)).toBe("not set");
});

test("says where the sun is, if the place is known", () => {
  expect(formatSun([span(462, 1002)])).toBe("sun from 07:42 to 16:42");
  expect(formatSun([])).toBe("no sun");
  expect(formatSun([span(0, 1440)])).toBe("sun all day");
  expect(formatSun(null)).toBe("");
});

test("names the days", () => {
  expect([weekdayOf("2026-11-23", "short"), weekdayOf("2026-11-29", "long")]).toEqual(["Mon", "Sunday"]);
});
