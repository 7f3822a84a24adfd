import { expect, test } from "vitest";

import { typedNumber } from "./numbers.ts";

test("reads numbers with a point or a comma, and keeps what is none", () => {
  expect(["47.5", " 47,5 ", "-3", "", " ", "north", "1e999"].map(typedNumber)).toEqual([
    47.5,
    47.5,
    -3,
    null,
    null,
    "north",
    "1e999",
  ]);
});
