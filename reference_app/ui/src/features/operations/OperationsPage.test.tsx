import { screen } from "@testing-library/react";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator, type MockEnvironment } from "relay-test-utils";
import { expect, test } from "vitest";

import { renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import type { OperationsPageQuery } from "./__generated__/OperationsPageQuery.graphql";
import query from "./__generated__/OperationsPageQuery.graphql.ts";
import { OperationsPage } from "./OperationsPage.tsx";

const quiet = { queues: [], tasks: [], holds: [], workers: [] };
const idle = { tasks: [], more: 0 };
const task = (number: number, done = 1) => ({
  id: `task@/${String(number)}`,
  startedAt: `2026-11-25T14:0${String(number)}:00+00:00`,
  description: `Rendering Movie ${String(number)}`,
  causalId: "0af765",
  by: "editor",
  done,
  total: 2,
  unit: "frame",
});
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
  workers: ["celery@roof"],
});

function show(operations: object, inProgress: object, logUrl: string | null = null): MockEnvironment {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Operations: () => operations,
      InProgress: () => inProgress,
      Query: () => ({ logUrl }),
    }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<OperationsPageQuery>(environment, query, {});
  renderWithRelay(<OperationsPage queryRef={queryRef} />, environment);
  return environment;
}

test("says of each empty place what it would show", () => {
  show(quiet, idle);
  expect(screen.getByText(/No queue has been seen/)).toBeVisible();
  expect(screen.getByText(/No worker listens/)).toBeVisible();
  expect(screen.getByText("No lock is held.")).toBeVisible();
  expect(screen.getByText(/Nothing is being worked on/)).toBeVisible();
  expect(screen.getByText("Nothing runs and nothing waits.")).toBeVisible();
});

test("shows the whole picture of each message as it comes", () => {
  const environment = show(quiet, idle);
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
});

const bars = () =>
  screen
    .queryAllByTestId("operation-progress")
    .map((bar) => `${bar.getAttribute("aria-label") ?? ""}: ${bar.getAttribute("aria-valuenow") ?? ""}`);

test("keeps a page of what is in progress: what comes, moves on and goes", () => {
  const environment = show(quiet, idle);
  const tell = (message: object) => {
    send(environment, running(environment, "useInProgressUpdatesSubscription"), {
      InProgressUpdate: () => ({ beatSeconds: 5, tasks: [], gone: [], more: 0, ...message }),
    });
  };
  tell({ kind: "SNAPSHOT", seq: 1, tasks: [task(2), task(1)], more: 1200 });
  expect(bars()).toEqual(["Rendering Movie 2: 50", "Rendering Movie 1: 50"]);
  expect(screen.getAllByText(/started by editor · causal id 0af765/)).toHaveLength(2);
  expect(screen.getByText("and 1,200 more that began earlier")).toBeVisible();
  tell({ kind: "DELTA", seq: 2, tasks: [task(3, 0), task(1, 2)] });
  expect(bars()).toEqual(["Rendering Movie 3: 0", "Rendering Movie 2: 50", "Rendering Movie 1: 100"]);
  tell({ kind: "DELTA", seq: 3, gone: ["task@/1", "task@/3"] });
  expect(bars()).toEqual(["Rendering Movie 2: 50"]);
  tell({ kind: "BEAT", seq: 4 });
  expect(bars()).toEqual(["Rendering Movie 2: 50"]);
  tell({ kind: "SNAPSHOT", seq: 1, tasks: [task(4)] });
  expect(bars()).toEqual(["Rendering Movie 4: 50"]);
});

test("leads those who may read the log from a progress to its tree", () => {
  show(busy(), { tasks: [task(1)], more: 0 }, "/admin/eliot_progress/logmessage/");
  expect(screen.getByRole("link", { name: "log" })).toHaveAttribute(
    "href",
    "/admin/eliot_progress/logmessage/0af765/",
  );
});

test("shows nobody else a way to the log", () => {
  show(busy(), { tasks: [task(1)], more: 0 });
  expect(screen.getByText(/causal id 0af765/)).toBeVisible();
  expect(screen.queryByRole("link", { name: "log" })).toBeNull();
});
