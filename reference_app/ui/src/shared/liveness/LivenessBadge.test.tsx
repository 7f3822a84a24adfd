import { act, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import type { LivenessStatus } from "../../lib/liveness.ts";
import { connection } from "../../relay/connection.ts";
import { LivenessBadge } from "./LivenessBadge.tsx";

const cases: readonly (readonly [LivenessStatus, string])[] = [
  [{ liveness: "alive", heartbeatAt: null, overdueMs: 0, silentMs: 2400 }, "Alive2 s ago"],
  [{ liveness: "alive", heartbeatAt: null, overdueMs: 0, silentMs: 300 }, "Alivenow"],
  [{ liveness: "alive", heartbeatAt: null, overdueMs: 0, silentMs: null }, "Alive"],
  [{ liveness: "late", heartbeatAt: null, overdueMs: 2100, silentMs: 7100 }, "Lateexpected 3 s ago"],
  [
    { liveness: "stalled", heartbeatAt: null, overdueMs: 30_000, silentMs: 42_000 },
    "Stalledno heartbeat for 42 s",
  ],
  [
    { liveness: "stalled", heartbeatAt: null, overdueMs: 30_000, silentMs: null },
    "Stalledno heartbeat for 30 s",
  ],
  [{ liveness: "finished", heartbeatAt: null, overdueMs: 0, silentMs: null }, "Finished"],
  [{ liveness: "unknown", heartbeatAt: null, overdueMs: 0, silentMs: null }, "Unknownno heartbeat yet"],
];

test.each(cases)("shows %o in words", (status, words) => {
  render(<LivenessBadge status={status} testId="badge" />);
  expect(screen.getByTestId("badge")).toHaveTextContent(words);
  expect(screen.getByTestId("badge")).toHaveAttribute("data-liveness", status.liveness);
});

test("reports the missing connection instead of blaming the worker", () => {
  render(
    <LivenessBadge
      status={{ liveness: "unknown", heartbeatAt: null, overdueMs: 0, silentMs: null }}
      testId="badge"
    />,
  );
  act(() => {
    connection.set({ kind: "idle" });
  });
  expect(screen.getByTestId("badge")).toHaveTextContent("this page is not connected");
});
