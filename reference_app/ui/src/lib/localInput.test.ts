import { expect, test } from "vitest";

import { fromLocalInput, toLocalInput } from "./localInput.ts";

test.each(["2026-11-23T14:32:05.000Z", "2026-07-01T00:00:00.000Z", "1970-01-01T12:00:00.000Z"])(
  "the moment %s comes back from its field",
  (moment) => {
    const field = toLocalInput(Date.parse(moment));
    expect(field).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(fromLocalInput(field)).toBe(moment);
  },
);

test("the field has whole seconds, and the end is after the last of them", () => {
  const at = Date.parse("2026-11-23T14:32:05.999Z");
  expect(fromLocalInput(toLocalInput(at))).toBe("2026-11-23T14:32:05.000Z");
  expect(fromLocalInput(toLocalInput(at, 1000))).toBe("2026-11-23T14:32:06.000Z");
});

test("an empty field, or no date, names no moment", () => {
  expect(toLocalInput(null)).toBe("");
  expect(fromLocalInput("")).toBeUndefined();
  expect(fromLocalInput("soon")).toBeUndefined();
});
