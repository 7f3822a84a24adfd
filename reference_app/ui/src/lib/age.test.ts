import { expect, test } from "vitest";

import { inLocalTime, formatAge, formatInstant, instant } from "./age.ts";

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

test("shows a server's instants in the reader's time zone, with their age", () => {
  const at = Date.parse("2026-06-01T12:00:00+00:00");
  const local = formatInstant(at, at);
  const sentence = "It is held since 2026-06-01T12:00:00+00:00.";
  expect(inLocalTime(sentence, at + 2500)).toBe(`It is held since ${local} (2 s ago).`);
  expect(inLocalTime("It ends at 2026-06-01T12:00:00Z.", at - 9500)).toBe(`It ends at ${local} (in 10 s).`);
  expect(inLocalTime("It began at noon.", at)).toBe("It began at noon.");
});
