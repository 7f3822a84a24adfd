import { screen } from "@testing-library/react";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator, type MockEnvironment } from "relay-test-utils";
import { expect, test } from "vitest";

import { renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import type { OperationsPageQuery } from "./__generated__/OperationsPageQuery.graphql";
import query from "./__generated__/OperationsPageQuery.graphql.ts";
import { OperationsPage } from "./OperationsPage.tsx";

const quiet = { queues: [], tasks: [], holds: [], progresses: [], workers: [] };
const busy = () => ({
  queues: [{ name: "render", depth: 4, running: 1, oldestWaitSeconds: 12, drainSeconds: 95 }],
  tasks: [
    {
      id: "t1",
      name: "rendering.render_movie",
      queue: "render",
      worker: "celery@roof",
      startedAt: new Date().toISOString(),
      state: "RUNNING",
    },
  ],
  holds: [
    {
      lock: "render",
      holder: "celery@roof",
      since: new Date(Date.now() - 5000).toISOString(),
      expiresAt: new Date(Date.now() + 9000).toISOString(),
      why: "Movie 7",
      token: 7,
      cancelRequestedBy: "editor",
    },
  ],
  progresses: [
    {
      id: "task@/2",
      description: "Rendering Movie 7",
      causalId: "0af765",
      by: "editor",
      done: 1,
      total: 2,
      unit: "frame",
    },
  ],
  workers: ["celery@roof"],
});

function show(operations: object, logAddress: string | null = null): MockEnvironment {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Operations: () => operations,
      Query: () => ({ logAddress }),
    }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<OperationsPageQuery>(environment, query, {});
  renderWithRelay(<OperationsPage queryRef={queryRef} />, environment);
  return environment;
}

test("says of each empty place what it would show", () => {
  show(quiet);
  expect(screen.getByText(/No queue has been seen/)).toBeVisible();
  expect(screen.getByText(/No worker listens/)).toBeVisible();
  expect(screen.getByText("No lock is held.")).toBeVisible();
  expect(screen.getByText(/Nothing is being worked on/)).toBeVisible();
  expect(screen.getByText("Nothing runs and nothing waits.")).toBeVisible();
});

test("shows the whole picture of each message as it comes", () => {
  const environment = show(quiet);
  send(environment, running(environment, "useOperationsUpdatesSubscription"), {
    OperationsUpdate: () => ({ kind: "SNAPSHOT", seq: 1, beatSeconds: 5 }),
    Operations: busy,
  });
  expect(screen.getByTestId("queue")).toHaveTextContent("render4 waiting · 1 running");
  expect(screen.getByTestId("queue")).toHaveTextContent("oldest waits 12 s");
  expect(screen.getByText("1 worker")).toBeVisible();
  expect(screen.getByTestId("task")).toHaveTextContent("rendering.render_movieRunningrendercelery@roof");
  expect(screen.getByTestId("hold")).toHaveTextContent("render: Movie 7");
  expect(screen.getByTestId("hold")).toHaveTextContent("asked to stop by editor");
  expect(screen.getByTestId("operation-progress")).toHaveAttribute("aria-valuenow", "50");
  expect(screen.getByText(/started by editor · causal id 0af765/)).toBeVisible();
});

test("leads those who may read the log from a progress to its tree", () => {
  show(busy(), "/admin/eliot_progress/logmessage/");
  expect(screen.getByRole("link", { name: "log" })).toHaveAttribute(
    "href",
    "/admin/eliot_progress/logmessage/0af765/",
  );
});

test("shows nobody else a way to the log", () => {
  show(busy());
  expect(screen.getByText(/causal id 0af765/)).toBeVisible();
  expect(screen.queryByRole("link", { name: "log" })).toBeNull();
});
