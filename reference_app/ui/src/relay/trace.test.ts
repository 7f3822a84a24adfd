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

test("is a W3C traceparent, and never the same twice", () => {
  const all = [traceparent(), traceparent()];
  expect(all[0]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(new Set(all.map((each) => each.split("-")[1])).size).toBe(2);
});

test("what a click causes shares one trace, and the next click begins another", () => {
  click();
  const first = trace();
  expect(trace()).toBe(first);
  click();
  expect(trace()).not.toBe(first);
});

test("what is asked long after a click was not caused by it", () => {
  click();
  const caused = trace();
  vi.advanceTimersByTime(1000);
  expect(trace()).not.toBe(caused);
});
