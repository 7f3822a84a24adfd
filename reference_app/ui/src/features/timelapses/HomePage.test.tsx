import { render, screen } from "@testing-library/react";
import { loadQuery, RelayEnvironmentProvider } from "react-relay";
import { createMemoryRouter, RouterProvider } from "react-router";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { renderWithRelay } from "../../../test/renderWithRelay.tsx";
import type { HomePageQuery } from "./__generated__/HomePageQuery.graphql";
import query from "./__generated__/HomePageQuery.graphql.ts";
import { HomePage } from "./HomePage.tsx";

test.each([
  ["the first timelapse", [{ node: { id: "t=" } }], "/timelapses/t%3D"],
  ["the list when there is none", [], "/timelapses"],
])("redirects to %s", (_where, edges, path) => {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { TimelapseConnection: () => ({ edges }) }),
  );
  environment.mock.queuePendingOperation(query, {});
  const { router } = renderWithRelay(
    <HomePage queryRef={loadQuery<HomePageQuery>(environment, query, {})} />,
    environment,
  );
  expect(router.state.location.pathname).toBe(path);
  expect(screen.getByText("elsewhere")).toBeVisible();
});

test("does not redirect when a person has navigated meanwhile", () => {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) => MockPayloadGenerator.generate(operation));
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<HomePageQuery>(environment, query, {});
  const router = createMemoryRouter([
    { path: "/", element: <HomePage queryRef={queryRef} /> },
    { path: "/cameras", loader: () => new Promise<null>(() => undefined), element: "cameras" },
  ]);
  void router.navigate("/cameras");
  render(
    <RelayEnvironmentProvider environment={environment}>
      <RouterProvider router={router} />
    </RelayEnvironmentProvider>,
  );
  expect(router.state.navigation.location?.pathname).toBe("/cameras");
});
