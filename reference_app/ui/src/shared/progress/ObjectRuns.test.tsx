import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { ObjectRunsTestQuery } from "./__generated__/ObjectRunsTestQuery.graphql";
import { ObjectRuns } from "./ObjectRuns.tsx";

const pause = {
  name: "request_pause",
  label: "Pause",
  kind: "NORMAL",
  confirm: null,
  asks: false,
  allowed: true,
  reasons: [],
};
const importing = {
  __typename: "Run",
  id: "R7",
  displayName: "Import captures",
  state: "running",
  stateLabel: "Running",
  done: 20,
  failed: 0,
  total: 84,
  unit: "capture",
  by: "editor",
  reason: "",
  createdAt: new Date().toISOString(),
  availableTransitions: [pause],
};

const show = (runs: readonly object[]) =>
  renderFromQuery<ObjectRunsTestQuery>({
    query: graphql`
      query ObjectRunsTestQuery @relay_test_operation {
        node(id: "C1") {
          ...ObjectRuns_stateful @alias(as: "runs")
        }
      }
    `,
    mocks: { Node: () => ({ __typename: "Camera", id: "C1", runs }), Camera: () => ({ id: "C1", runs }) },
    children: ({ node }) => (node?.runs ? <ObjectRuns of={node.runs} /> : null),
  });

test("shows how far the work about an object is, and pauses it", async () => {
  const { environment } = show([importing]);
  const row = within(screen.getByTestId("object-runs")).getByTestId("run");
  expect(row).toHaveTextContent("Import captures: running");
  expect(row).toHaveTextContent("20 of 84 captures");
  await userEvent.click(within(row).getByRole("button", { name: "Pause" }));
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "R7", name: "request_pause", input: {} },
  });
});

test("shows nothing when nothing is under way", () => {
  show([]);
  expect(screen.queryByText("Under way")).toBeNull();
});
