import { describe, expect, test } from "vitest";

import { formatDuration, formatPlayTime, formatPosition, formatTimeLeft } from "./duration.ts";

describe("formatDuration", () => {
  test.each([
    [0, "0 s"],
    [0.42, "0.4 s"],
    [12.4, "12 s"],
    [59.6, "1 min"],
    [60, "1 min"],
    [200, "3 min 20 s"],
    [3600, "1 h"],
    [7500, "2 h 5 min"],
    [86400 * 3 + 3600 * 4, "3 d 4 h"],
    [-1, "0 s"],
    [Number.NaN, "0 s"],
    [Number.POSITIVE_INFINITY, "0 s"],
  ])("says %d seconds as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("formatPlayTime", () => {
  test("keeps a decimal for short movies", () => {
    expect(formatPlayTime(6.66)).toBe("6.7 s");
  });
  test("says long movies in minutes", () => {
    expect(formatPlayTime(200)).toBe("3 min 20 s");
  });
});

describe("formatPosition", () => {
  test.each([
    [0, "0:00"],
    [7.9, "0:07"],
    [62.5, "1:02"],
    [3727, "1:02:07"],
    [-1, "0:00"],
  ])("shows %d seconds as %s", (seconds, text) => {
    expect(formatPosition(seconds)).toBe(text);
  });
});

describe("formatTimeLeft", () => {
  test.each([
    [null, 3, null],
    [3, null, null],
    [0, 0.4, "almost done"],
    [0.2, 5, "0–5 s left"],
    [-2, 5, "0–5 s left"],
    [30, 50, "30–50 s left"],
    [40.2, 40.4, "about 40 s left"],
    [60, 130, "60 s to 2 min left"],
    [120, 600, "2–10 min left"],
    [7200, 10800, "2–3 h left"],
  ])("says %s to %s seconds as %s", (low, high, text) => {
    expect(formatTimeLeft(low, high)).toBe(text);
  });
});
