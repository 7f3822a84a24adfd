import { expect, test } from "vitest";

import { retryDelay } from "./socket.ts";

test.each([
  [1, 1000],
  [2, 2000],
  [3, 4000],
  [4, 8000],
  [5, 15_000],
  [50, 15_000],
])("attempt %d waits %d ms at least", (attempt, delay) => {
  expect(retryDelay(attempt, 0)).toBe(delay);
});

test("chance spreads the attempts of many pages by a quarter", () => {
  expect(retryDelay(1, 1)).toBe(1250);
});
