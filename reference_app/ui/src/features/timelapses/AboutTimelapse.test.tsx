import { screen } from "@testing-library/react";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { renderFromQuery } from "../../../test/renderWithRelay.tsx";
import type { AboutTimelapseTestQuery } from "./__generated__/AboutTimelapseTestQuery.graphql";
import { AboutTimelapse } from "./AboutTimelapse.tsx";

function show(values: object): void {
  const timelapse = () => ({
    __typename: "Timelapse",
    id: "timelapse-1",
    availableTransitions: [],
    ...values,
  });
  renderFromQuery<AboutTimelapseTestQuery>({
    query: graphql`
      query AboutTimelapseTestQuery @relay_test_operation {
        node(id: "timelapse-1") {
          ...AboutTimelapse_timelapse @alias(as: "timelapse")
        }
      }
    `,
    mocks: { Node: timelapse, Timelapse: timelapse },
    children: ({ node }) =>
      node?.timelapse ? <AboutTimelapse timelapse={node.timelapse} elsewhere={[]} /> : "nothing",
  });
}

test("shows its period by the clock of its camera, and its notes", () => {
  show({
    startsAt: "2026-06-01T10:00:00+00:00",
    endsAt: null,
    timezone: "Europe/Zurich",
    notes: "Ask Ada\nbefore it is moved.",
    keepAllDays: 90,
    keepEvery: 10,
  });
  expect(screen.getByText("1 Jun 2026, 12:00")).toBeVisible();
  expect(screen.getByText("no end yet")).toBeVisible();
  expect(screen.getByText("Europe/Zurich")).toBeVisible();
  expect(screen.getByText("all for 90 days, then one of 10")).toBeVisible();
  expect(screen.getByTestId("notes")).toHaveTextContent("Ask Ada before it is moved.");
});

test("has no place for notes that nobody wrote", () => {
  show({ startsAt: null, endsAt: "2026-06-01T10:00:00Z", timezone: null, notes: "" });
  expect(screen.getByText("the first frame")).toBeVisible();
  expect(screen.getByText("1 Jun 2026, 10:00")).toBeVisible();
  expect(screen.queryByTestId("notes")).toBeNull();
});

test.each([
  [null, null, "as set on the server"],
  [0, 10, "for ever"],
  [90, 1, "for ever"],
  [1, 5, "all for 1 day, then one of 5"],
])("says how long its frames are kept: %s days, then one of %s", (keepAllDays, keepEvery, text) => {
  show({ startsAt: null, endsAt: null, timezone: null, notes: "", keepAllDays, keepEvery });
  expect(screen.getByText(text)).toBeVisible();
});
