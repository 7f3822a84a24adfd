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

test("says nothing before a connection and while one is open", () => {
  store.set({ kind: "connecting", attempt: 0 });
  render(<ConnectionBanner store={store} />);
  expect(screen.queryByTestId("connection-banner")).toBeNull();
  act(() => {
    store.set({ kind: "open", healed: false });
  });
  expect(screen.getByRole("status")).toBeEmptyDOMElement();
});

test("counts down to the next attempt and says when it is made", () => {
  render(<ConnectionBanner store={store} />);
  act(() => {
    store.set({ kind: "waiting", attempt: 1, retryAt: Date.now() + 3000 });
  });
  expect(screen.getByTestId("connection-banner")).toHaveTextContent("Connection lost. Trying again in 3 s…");
  act(() => {
    vi.advanceTimersByTime(2000);
  });
  expect(screen.getByTestId("connection-banner")).toHaveTextContent("Trying again in 1 s…");
  act(() => {
    store.set({ kind: "connecting", attempt: 1 });
  });
  expect(screen.getByTestId("connection-banner")).toHaveTextContent("Connection lost. Trying again…");
});

test("tries at once when a person asks for it", async () => {
  render(<ConnectionBanner store={store} />);
  let woken = false;
  act(() => {
    void store.wait(1, 60_000).then(() => {
      woken = true;
    });
  });
  fireEvent.click(screen.getByRole("button", { name: "Try now" }));
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(woken).toBe(true);
});

test("says for a moment that it is back", () => {
  render(<ConnectionBanner store={store} />);
  act(() => {
    store.set({ kind: "open", healed: true });
  });
  expect(screen.getByTestId("connection-healed")).toBeVisible();
  act(() => {
    vi.advanceTimersByTime(5000);
  });
  expect(screen.queryByTestId("connection-healed")).toBeNull();
});
