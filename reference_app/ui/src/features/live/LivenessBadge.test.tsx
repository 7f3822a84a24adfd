import { act, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Judgement } from "../../lib/liveness.ts";
import { connection } from "../../relay/connection.ts";
import { LivenessBadge } from "./LivenessBadge.tsx";

const seen: readonly (readonly [Judgement, string])[] = [
  [{ liveness: "alive", overdueMs: 0, silentMs: 2400 }, "Alive2 s ago"],
  [{ liveness: "alive", overdueMs: 0, silentMs: 300 }, "Alivenow"],
  [{ liveness: "alive", overdueMs: 0, silentMs: null }, "Alive"],
  [{ liveness: "late", overdueMs: 2100, silentMs: 7100 }, "Lateexpected 3 s ago"],
  [{ liveness: "stalled", overdueMs: 30_000, silentMs: 42_000 }, "Stallednothing heard for 42 s"],
  [{ liveness: "stalled", overdueMs: 30_000, silentMs: null }, "Stallednothing heard for 30 s"],
  [{ liveness: "finished", overdueMs: 0, silentMs: null }, "Finished"],
  [{ liveness: "unknown", overdueMs: 0, silentMs: null }, "Unknownno sign of life yet"],
];

test.each(seen)("says %o in words", (judgement, words) => {
  render(<LivenessBadge judgement={judgement} testId="badge" />);
  expect(screen.getByTestId("badge")).toHaveTextContent(words);
  expect(screen.getByTestId("badge")).toHaveAttribute("data-liveness", judgement.liveness);
});

test("blames the missing connection, not the worker", () => {
  render(<LivenessBadge judgement={{ liveness: "unknown", overdueMs: 0, silentMs: null }} testId="badge" />);
  act(() => {
    connection.set({ kind: "idle" });
  });
  expect(screen.getByTestId("badge")).toHaveTextContent("while this page is not connected");
});
