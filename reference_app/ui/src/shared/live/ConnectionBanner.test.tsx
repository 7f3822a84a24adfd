import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ConnectionStore } from "../../relay/connection.ts";
import { ConnectionBanner } from "./ConnectionBanner.tsx";

let store: ConnectionStore;
beforeEach(() => {
  vi.useFakeTimers();
  store = new ConnectionStore();
});
afterEach(() => {
  vi.useRealTimers();
});

test("shows nothing before a connection and while one is open", () => {
  store.set({ kind: "connecting", attempt: 0 });
  render(<ConnectionBanner store={store} />);
  expect(screen.queryByTestId("connection-banner")).toBeNull();
  act(() => {
    store.set({ kind: "open", restored: false });
  });
  expect(screen.getByRole("status")).toBeEmptyDOMElement();
});

test("counts down to the next attempt", () => {
  render(<ConnectionBanner store={store} />);
  act(() => {
    store.set({ kind: "waiting", attempt: 1, retryAt: Date.now() + 3000 });
  });
  expect(screen.getByTestId("connection-banner")).toHaveTextContent("Connection lost. Reconnecting in 3 s…");
  act(() => {
    vi.advanceTimersByTime(2000);
  });
  expect(screen.getByTestId("connection-banner")).toHaveTextContent("Reconnecting in 1 s…");
  act(() => {
    store.set({ kind: "connecting", attempt: 1 });
  });
  expect(screen.getByTestId("connection-banner")).toHaveTextContent("Connection lost. Reconnecting…");
});

test("reconnects at once on request", async () => {
  render(<ConnectionBanner store={store} />);
  let resumed = false;
  act(() => {
    void store.wait(1, 60_000).then(() => {
      resumed = true;
    });
  });
  fireEvent.click(screen.getByRole("button", { name: "Reconnect now" }));
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(resumed).toBe(true);
});

test("says that the browser is offline, without a countdown", () => {
  render(<ConnectionBanner store={store} />);
  act(() => {
    store.set({ kind: "offline" });
  });
  expect(screen.getByTestId("connection-banner")).toHaveTextContent("You are offline.");
  expect(screen.getByRole("button", { name: "Reconnect now" })).toBeVisible();
});

test("shows briefly that the connection is restored", () => {
  render(<ConnectionBanner store={store} />);
  act(() => {
    store.set({ kind: "open", restored: true });
  });
  expect(screen.getByTestId("connection-restored")).toBeVisible();
  act(() => {
    vi.advanceTimersByTime(5000);
  });
  expect(screen.queryByTestId("connection-restored")).toBeNull();
});
