import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { traceparent, watchClicks } from "./trace.ts";

const target = new EventTarget();
watchClicks(target);
const click = () => target.dispatchEvent(new Event("click"));
const trace = () => traceparent().split("-")[1];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.advanceTimersByTime(1000);
  vi.useRealTimers();
});

test("is a W3C traceparent, unique for each operation", () => {
  const all = [traceparent(), traceparent()];
  expect(all[0]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(new Set(all.map((each) => each.split("-")[1])).size).toBe(2);
});

test("requests that a click causes share a trace, and the next click starts another", () => {
  click();
  const first = trace();
  expect(trace()).toBe(first);
  click();
  expect(trace()).not.toBe(first);
});

test("a request long after a click has its own trace", () => {
  click();
  const caused = trace();
  vi.advanceTimersByTime(1000);
  expect(trace()).not.toBe(caused);
});
