import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { beforeEach, expect, test } from "vitest";
import { Router } from "wouter";
import { useBrowserLocation } from "wouter/use-browser-location";

import { answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { WorkPanelTestQuery } from "./__generated__/WorkPanelTestQuery.graphql";
import { workFilterOf } from "./workFilter.ts";
import { WorkPanel } from "./WorkPanel.tsx";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const movie = (number: number, more: object = {}) => ({
  __typename: "Movie",
  id: `m${String(number)}`,
  displayName: `Movie ${String(number)} of Garden`,
  posterUrl: null,
  requestedBy: "ann",
  createdAt: ago(60),
  renderSeconds: 42,
  failure: null,
  availableTransitions: [],
  ...more,
});
const edge = (stage: string, node: { id: string }) => ({
  cursor: `at ${node.id}`,
  stage,
  endedAt: ago(120),
  node,
});
const list = (edges: readonly object[], hasNextPage = false) => ({
  edges,
  pageInfo: { hasNextPage, endCursor: "the last" },
});

const show = (work: object, address = "") => {
  window.history.replaceState(null, "", `/operations${address}`);
  return renderFromQuery<WorkPanelTestQuery>({
    query: graphql`
      query WorkPanelTestQuery($filter: WorkFilter!) @relay_test_operation {
        ...WorkPanel_query @arguments(filter: $filter)
      }
    `,
    variables: { filter: workFilterOf(address) },
    mocks: { Query: () => ({ work }) },
    children: (data) => (
      <Router hook={useBrowserLocation}>
        <WorkPanel work={data} changes={0} />
      </Router>
    ),
  });
};
const nothing = list([]);

beforeEach(() => {
  window.history.replaceState(null, "", "/operations");
});

test("says of each entry what it was, how it ended, who asked for it, when and how long it took", () => {
  show(list([edge("SUCCEEDED", movie(7))]));
  const row = screen.getByTestId("work");
  expect(row).toHaveTextContent("Movie 7 of GardenDone");
  expect(row).toHaveTextContent("ended 2 h ago · took 42 s · asked for by ann");
  expect(within(row).getByRole("link", { name: "Movie 7 of Garden" })).toHaveAttribute("href", "/movies/m7");
});

test("says why a movie failed and what to do", () => {
  const failure = { message: "The disk is full.", remedy: "Delete something." };
  show(list([edge("FAILED", movie(7, { failure, renderSeconds: null }))]));
  expect(screen.getByTestId("work")).toHaveTextContent("Failed");
  expect(screen.getByTestId("work")).toHaveTextContent("The disk is full. Delete something.");
  expect(screen.getByTestId("work")).not.toHaveTextContent("took");
});

test("fetches the next page behind the last entry", async () => {
  const { environment } = show(list([edge("SUCCEEDED", movie(2))], true));
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));
  const query = running(environment, "WorkPanelQuery");
  expect(query.request.variables).toMatchObject({ after: "the last", first: 20, filter: { ended: true } });
  answer(environment, query, { Query: () => ({ work: list([edge("SUCCEEDED", movie(1))]) }) });
  expect(await screen.findAllByTestId("work")).toHaveLength(2);
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

test("a chosen state stands in the address, and the way back undoes the choice", async () => {
  const { environment } = show(list([edge("SUCCEEDED", movie(7))]));
  await userEvent.click(screen.getByRole("combobox", { name: "State" }));
  await userEvent.click(await screen.findByRole("option", { name: "Failed" }));
  expect(window.location.search).toBe("?state=failed");
  const query = running(environment, "WorkPanelQuery");
  expect(query.request.variables).toMatchObject({ filter: { ended: true, stages: ["FAILED"] } });
  answer(environment, query, { Query: () => ({ work: nothing }) });
  expect(await screen.findByText("Searched what ended: Failed.")).toBeVisible();
  act(() => {
    window.history.back();
  });
  expect(await screen.findByText("Movie 7 of Garden")).toBeVisible();
});

test("what is typed is searched for, and an empty result offers to clear it", async () => {
  const { environment } = show(list([edge("SUCCEEDED", movie(7))]), "?show=under-way");
  await userEvent.type(screen.getByRole("searchbox", { name: "Search" }), "roses");
  await expect.poll(() => window.location.search).toBe("?show=under-way&words=roses");
  answer(environment, running(environment, "WorkPanelQuery"), { Query: () => ({ work: nothing }) });
  expect(await screen.findByText("Searched what is under way: “roses”.")).toBeVisible();
  expect(screen.getByRole("searchbox", { name: "Search" })).toHaveFocus();
  await userEvent.click(screen.getByRole("button", { name: "Clear the filter" }));
  expect(window.location.search).toBe("?show=under-way");
  expect(await screen.findByText("Movie 7 of Garden")).toBeVisible();
  expect(screen.getByRole("searchbox", { name: "Search" })).toHaveValue("");
});

test("without a filter an empty list says what appears in it", () => {
  show(nothing);
  expect(screen.getByText("Nothing has ended yet")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Clear the filter" })).not.toBeInTheDocument();
});
