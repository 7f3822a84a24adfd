import { expect, test } from "vitest";

import { fromZonedInput, knownZone, toZonedInput } from "./zonedInput.ts";

const ZURICH = "Europe/Zurich";

test.each([
  ["2026-11-23T14:32:05.000Z", ZURICH, "2026-11-23T15:32:05"],
  ["2026-07-01T00:00:00.000Z", ZURICH, "2026-07-01T02:00:00"],
  ["2026-07-01T00:00:00.000Z", "America/New_York", "2026-06-30T20:00:00"],
  ["2026-07-01T00:00:00.000Z", "Asia/Kathmandu", "2026-07-01T05:45:00"],
  ["1970-01-01T12:00:00.000Z", "UTC", "1970-01-01T12:00:00"],
  ["2026-03-29T00:59:59.000Z", ZURICH, "2026-03-29T01:59:59"],
  ["2026-03-29T01:00:00.000Z", ZURICH, "2026-03-29T03:00:00"],
  ["2026-10-25T03:00:00.000Z", ZURICH, "2026-10-25T04:00:00"],
])("the moment %s is shown by the clock of %s, and comes back", (moment, zone, shown) => {
  expect(toZonedInput(Date.parse(moment), zone)).toBe(shown);
  expect(fromZonedInput(shown, zone)).toBe(moment);
});

test("the field has whole seconds, and the end is after the last of them", () => {
  const at = Date.parse("2026-11-23T14:32:05.999Z");
  expect(fromZonedInput(toZonedInput(at, ZURICH), ZURICH)).toBe("2026-11-23T14:32:05.000Z");
  expect(fromZonedInput(toZonedInput(at, ZURICH, 1000), ZURICH)).toBe("2026-11-23T14:32:06.000Z");
});

test("an empty field, or no date, names no moment", () => {
  expect(toZonedInput(null, ZURICH)).toBe("");
  expect(fromZonedInput("", ZURICH)).toBeUndefined();
  expect(fromZonedInput("soon", ZURICH)).toBeUndefined();
});

test("a zone that is not known, here or at all, is UTC", () => {
  expect([knownZone(null), knownZone("Mars/Olympus"), knownZone(ZURICH)]).toEqual(["UTC", "UTC", ZURICH]);
});
