import { expect, test } from "vitest";

import { lead, narrow } from "./clock.ts";

test("has no lead before the first sample", () => {
  expect(lead(null)).toBe(0);
});

test("assumes equal clocks when they may agree", () => {
  expect(lead(narrow(null, { sent: 1000, received: 1200, serverDate: 0 }))).toBe(0);
});

test("finds a server that is an hour ahead to a second", () => {
  const hour = 3_600_000;
  const bounds = narrow(null, { sent: 0, received: 100, serverDate: hour });
  expect(Math.abs(lead(bounds) - hour)).toBeLessThanOrEqual(1000);
});

test("narrows with each sample", () => {
  const first = narrow(null, { sent: 0, received: 400, serverDate: 60_000 });
  const second = narrow(first, { sent: 1500, received: 1600, serverDate: 60_000 });
  expect(second.low).toBe(first.low);
  expect(second.high).toBeLessThan(first.high);
});

test("trusts the latest sample after a clock was changed", () => {
  const before = narrow(null, { sent: 0, received: 10, serverDate: 60_000 });
  const after = narrow(before, { sent: 0, received: 10, serverDate: -60_000 });
  expect(lead(after)).toBeLessThan(0);
});
