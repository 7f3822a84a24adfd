import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ConnectionStore } from "./connection.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function over(wait: Promise<void>): Promise<boolean> {
  let done = false;
  void wait.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return done;
}

test("sets the time of the next attempt and waits until then", async () => {
  const store = new ConnectionStore();
  const wait = store.wait(2, 3000);
  expect(store.get()).toEqual({ kind: "waiting", attempt: 2, retryAt: Date.now() + 3000 });
  await vi.advanceTimersByTimeAsync(2999);
  expect(await over(wait)).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await over(wait)).toBe(true);
});

test("retries at once on request", async () => {
  const store = new ConnectionStore();
  const wait = store.wait(1, 60_000);
  store.tryNow();
  expect(await over(wait)).toBe(true);
});

test("retries at once when the network is back", async () => {
  const store = new ConnectionStore();
  const wait = store.wait(1, 60_000);
  window.dispatchEvent(new Event("online"));
  expect(await over(wait)).toBe(true);
});

test("nothing is left of a wait that nobody needs any more", async () => {
  const store = new ConnectionStore();
  const wait = store.wait(1, 1000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await over(wait)).toBe(true);
  expect(store.get()).toEqual({ kind: "idle" });
});

test("says at once when the browser has no network, and retries when it is back", async () => {
  const store = new ConnectionStore();
  const wait = store.wait(1, 1000);
  window.dispatchEvent(new Event("offline"));
  expect(store.get()).toEqual({ kind: "offline" });
  await vi.advanceTimersByTimeAsync(14_999);
  expect(await over(wait)).toBe(false);
  window.dispatchEvent(new Event("online"));
  expect(await over(wait)).toBe(true);
});

test("without a network it begins offline, and retries on request", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const store = new ConnectionStore();
  const wait = store.wait(3, 1000);
  expect(store.get()).toEqual({ kind: "offline" });
  store.tryNow();
  expect(await over(wait)).toBe(true);
});

test("notifies its listeners until they unsubscribe", () => {
  const store = new ConnectionStore();
  const listener = vi.fn();
  const leave = store.subscribe(listener);
  store.set({ kind: "open", restored: false });
  leave();
  store.set({ kind: "idle" });
  expect(listener).toHaveBeenCalledTimes(1);
});
