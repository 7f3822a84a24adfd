import { act, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { connection } from "../../relay/connection.ts";
import { LiveStatusBadge } from "./LiveStatusBadge.tsx";

test.each([
  ["starting", "Connecting"],
  ["live", "Live"],
  ["stale", "Stale"],
] as const)("says %s as %s", (status, word) => {
  render(<LiveStatusBadge status={status} />);
  expect(screen.getByTestId("live-status")).toHaveTextContent(word);
});

test("is stale as soon as the connection is lost", () => {
  render(<LiveStatusBadge status="live" />);
  act(() => {
    connection.set({ kind: "waiting", attempt: 1, retryAt: 0 });
  });
  expect(screen.getByTestId("live-status")).toHaveAttribute("data-status", "stale");
});
