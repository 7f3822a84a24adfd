import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { RunPanelTestQuery } from "./__generated__/RunPanelTestQuery.graphql";
import { RunPanel } from "./RunPanel.tsx";

const offer = (name: string, label: string) => ({
  name,
  label,
  kind: "NORMAL",
  confirm: null,
  asks: false,
  allowed: true,
  reasons: [],
});
const importing = () => ({
  id: "7",
  displayName: "Import captures",
  state: "running",
  stateLabel: "Running",
  done: 20,
  failed: 1,
  total: 84,
  unit: "capture",
  by: "admin",
  reason: "",
  createdAt: new Date(Date.now() - 2 * 3_600_000).toISOString(),
  availableTransitions: [offer("request_pause", "Pause"), offer("request_cancel", "Cancel")],
});

const show = (runs: readonly object[]) =>
  renderFromQuery<RunPanelTestQuery>({
    query: graphql`
      query RunPanelTestQuery @relay_test_operation {
        operations {
          ...RunPanel_operations
        }
      }
    `,
    mocks: { Operations: () => ({ runs }) },
    children: ({ operations }) => <RunPanel operations={operations} />,
  });

test("shows how far a run is, and pauses it", async () => {
  const { environment } = show([importing()]);
  const row = screen.getByTestId("run");
  expect(row).toHaveTextContent("Import captures: running");
  expect(row).toHaveTextContent("21 of 84 captures · 1 failedstarted by admin · 2 h ago");
  expect(screen.getByRole("progressbar", { name: "Import captures" })).toHaveAttribute("aria-valuenow", "25");
  await userEvent.click(within(row).getByRole("button", { name: "Pause" }));
  const mutation = running(environment, "useTransitionMutation");
  expect(mutation.request.variables).toEqual({ input: { id: "7", name: "request_pause", input: {} } });
  answer(environment, mutation, {
    TransitionPayload: () => ({
      created: null,
      deletedId: null,
      errors: [],
      object: {
        __typename: "Run",
        ...importing(),
        state: "paused",
        stateLabel: "Paused",
        availableTransitions: [offer("resume", "Resume")],
      },
    }),
  });
  expect(await within(row).findByRole("button", { name: "Resume" })).toBeInTheDocument();
  expect(row).toHaveTextContent("Import captures: paused");
});

test("shows nothing when no long work is known", () => {
  show([]);
  expect(screen.queryByText("Long work")).not.toBeInTheDocument();
});
