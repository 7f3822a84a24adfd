import { screen } from "@testing-library/react";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator, type MockEnvironment } from "relay-test-utils";
import { expect, onTestFinished, test } from "vitest";

import { renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import { speak } from "../../languages/choice.ts";
import { messages } from "../../languages/de.po";
import type { OperationsPageQuery } from "./__generated__/OperationsPageQuery.graphql";
import query from "./__generated__/OperationsPageQuery.graphql.ts";
import { OperationsPage } from "./OperationsPage.tsx";
import { workFilterOf } from "./workFilter.ts";

const current = (source: string) => ({
  isCurrent: true,
  asOf: new Date().toISOString(),
  words: `${source} ${new Date().toISOString()}.`,
  why: "",
});
const fresh = () => ({
  brokerFreshness: current("Broker read at"),
  workersFreshness: current("Workers and running tasks as of"),
});
const quiet = {
  ...fresh(),
  queues: [],
  tasks: [],
  holds: [],
  runs: [],
  workers: [],
  periodicTasks: [],
  more: 0,
};
const idle = { tasks: [], more: 0 };
const movie = (number: number) => ({
  __typename: "Movie",
  id: `Movie:${String(number)}`,
  displayName: `Movie ${String(number)} of Roof`,
  timelapse: { id: "T1" },
});
const progressOf = (number: number, done = 1) => ({
  __typename: "Progress",
  id: `task@/${String(number)}`,
  startedAt: `2026-11-25T14:0${String(number)}:00+00:00`,
  description: `Rendering Movie ${String(number)}`,
  causalId: "0af765",
  subject: null,
  by: "editor",
  done,
  total: 2,
  unit: "frame",
});
const busy = () => ({
  ...fresh(),
  queues: [
    {
      __typename: "Queue",
      id: "Queue:render",
      name: "render",
      depth: 4,
      running: 1,
      oldestWaitSeconds: 12,
      drain: { state: "drains", lowSeconds: 95, highSeconds: 240, inPerSecond: null, outPerSecond: 2 },
    },
  ],
  tasks: [
    {
      __typename: "QueuedTask",
      id: "t1",
      label: "Render a movie",
      queue: "render",
      worker: "celery@roof",
      startedAt: new Date().toISOString(),
      state: "RUNNING",
      subject: movie(7),
    },
  ],
  holds: [
    {
      __typename: "Hold",
      id: "Hold:1",
      lock: "render",
      holder: "celery@roof",
      since: new Date(Date.now() - 5000).toISOString(),
      expiresAt: new Date(Date.now() + 9000).toISOString(),
      why: "Movie 7",
      token: 7,
      cancelRequestedBy: "editor",
      subject: { __typename: "Timelapse", id: "T1", displayName: "Roof" },
    },
  ],
  runs: [],
  periodicTasks: [],
  workers: [
    { __typename: "Worker", id: "Worker:roof", name: "celery@roof", lastSeenAt: new Date().toISOString() },
  ],
  more: 0,
});

function show(operations: object, inProgress: object, logUrl: string | null = null): MockEnvironment {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Operations: () => operations,
      InProgress: () => inProgress,
      Query: () => ({ logUrl, work: { edges: [], pageInfo: { hasNextPage: false, endCursor: null } } }),
    }),
  );
  const variables = { work: workFilterOf("") };
  environment.mock.queuePendingOperation(query, variables);
  const queryRef = loadQuery<OperationsPageQuery>(environment, query, variables);
  renderWithRelay(<OperationsPage queryRef={queryRef} />, environment);
  return environment;
}

test("explains each empty panel", () => {
  show(quiet, idle);
  expect(screen.getByText(/No queues yet/)).toBeVisible();
  expect(screen.getByText(/No workers running/)).toBeVisible();
  expect(screen.getByText("No locks are held.")).toBeVisible();
  expect(screen.getByText(/Nothing in progress/)).toBeVisible();
  expect(screen.getByText("No tasks are running or waiting.")).toBeVisible();
});

test("a snapshot fills the panels; a delta changes what it names, and nothing else", () => {
  const environment = show(quiet, idle);
  const sendUpdate = (message: object) => {
    send(environment, running(environment, "useOperationsUpdatesSubscription"), {
      OperationsUpdate: () => ({
        heartbeatSeconds: 5,
        changed: [],
        gone: [],
        more: 0,
        ...fresh(),
        ...message,
      }),
    });
  };
  const { queues, tasks, holds, workers } = busy();
  sendUpdate({ kind: "SNAPSHOT", seq: 1, changed: [...queues, ...tasks, ...holds, ...workers] });
  expect(screen.getByTestId("queue")).toHaveTextContent("render4 waiting · 1 running");
  expect(screen.getByTestId("queue")).toHaveTextContent("oldest waiting 12 s");
  expect(screen.getByTestId("queue")).toHaveTextContent("empty in 2–4 min");
  expect(screen.getByText("1 worker")).toBeVisible();
  expect(screen.getByTestId("task")).toHaveTextContent("Movie 7 of RoofRunningrendercelery@roof");
  expect(screen.getByRole("link", { name: "Movie 7 of Roof" })).toHaveAttribute("href", "/movies/Movie%3A7");
  expect(screen.getByTestId("hold")).toHaveTextContent("render of Roof: Movie 7");
  expect(screen.getByTestId("hold")).toHaveTextContent("cancel requested by editor");

  sendUpdate({
    kind: "DELTA",
    seq: 2,
    changed: [{ ...queues[0], depth: 3 }],
    gone: ["t1", "Worker:roof"],
    more: 7,
  });
  expect(screen.getByTestId("queue")).toHaveTextContent("render3 waiting");
  expect(screen.queryByTestId("task")).toBeNull();
  expect(screen.getByText(/No workers running/)).toBeVisible();
  expect(screen.getByTestId("hold")).toBeVisible();
  expect(screen.getByText("and 7 more that are not listed")).toBeVisible();
  sendUpdate({ kind: "HEARTBEAT", seq: 3 });
  expect(screen.getByTestId("queue")).toHaveTextContent("render3 waiting");
});

test("figures of a broker that can't be read stay, and say how old they are, since when and why", () => {
  const environment = show(busy(), idle);
  const [before, since] = [120_000, 110_000].map((ago) => new Date(Date.now() - ago).toISOString());
  const sendUpdate = (message: object) => {
    send(environment, running(environment, "useOperationsUpdatesSubscription"), {
      OperationsUpdate: () => ({
        heartbeatSeconds: 5,
        changed: [],
        gone: [],
        more: 0,
        ...fresh(),
        ...message,
      }),
    });
  };
  sendUpdate({ kind: "SNAPSHOT", seq: 1, changed: busy().queues });
  expect(screen.getByText(/^Broker read at .* \(just now\)\.$/)).toBeVisible();
  expect(screen.queryByRole("note")).toBeNull();

  sendUpdate({
    kind: "HEARTBEAT",
    seq: 2,
    brokerFreshness: {
      isCurrent: false,
      asOf: before,
      words: `The broker could not be read since ${String(since)}; queues are as of ${String(before)}.`,
      why: "It did not respond. Start it.",
    },
  });
  expect(screen.getByTestId("queue")).toHaveTextContent("render4 waiting · 1 running");
  expect(screen.getByTestId("queue")).toHaveTextContent(/waiting: as of (2 min|1 min 5\d s) ago/);
  expect(screen.getByTestId("queue")).not.toHaveTextContent("running: as of");
  expect(screen.getByRole("note")).toHaveTextContent(
    /since .* \(1 min (4|5)\d s ago\); queues .* \((2 min|1 min 5\d s) ago\)\./,
  );
  expect(screen.getByRole("note")).toHaveTextContent("It did not respond. Start it.");

  sendUpdate({ kind: "DELTA", seq: 3 });
  expect(screen.queryByRole("note")).toBeNull();
  expect(screen.getByTestId("queue")).not.toHaveTextContent("as of");
});

test("what was never read is not known, and not empty", () => {
  const unread = { isCurrent: false, asOf: null, words: "Not known.", why: "" };
  show({ ...quiet, brokerFreshness: unread, workersFreshness: unread }, idle);
  expect(screen.getByText("Which queues there are is not known.")).toBeVisible();
  expect(screen.getByText("Workers are not known.")).toBeVisible();
  expect(screen.getByText("Whether tasks are running or waiting is not known.")).toBeVisible();
});

const bars = () =>
  screen
    .queryAllByTestId("operation-progress")
    .map((bar) => `${bar.getAttribute("aria-label") ?? ""}: ${bar.getAttribute("aria-valuenow") ?? ""}`);

test("keeps the list of tasks in progress: added, updated and removed", () => {
  const environment = show(quiet, idle);
  const sendUpdate = (message: object) => {
    send(environment, running(environment, "useInProgressUpdatesSubscription"), {
      InProgressUpdate: () => ({ heartbeatSeconds: 5, changed: [], gone: [], more: 0, ...message }),
    });
  };
  sendUpdate({ kind: "SNAPSHOT", seq: 1, changed: [progressOf(2), progressOf(1)], more: 1200 });
  expect(bars()).toEqual(["Rendering Movie 2: 50", "Rendering Movie 1: 50"]);
  expect(screen.getAllByText(/started by editor · causal id 0af765/)).toHaveLength(2);
  expect(screen.getByText("and 1,200 more that started earlier")).toBeVisible();
  sendUpdate({ kind: "DELTA", seq: 2, changed: [progressOf(3, 0), progressOf(1, 2)] });
  expect(bars()).toEqual(["Rendering Movie 3: 0", "Rendering Movie 2: 50", "Rendering Movie 1: 100"]);
  sendUpdate({ kind: "DELTA", seq: 3, gone: ["task@/1", "task@/3"] });
  expect(bars()).toEqual(["Rendering Movie 2: 50"]);
  sendUpdate({ kind: "HEARTBEAT", seq: 4 });
  expect(bars()).toEqual(["Rendering Movie 2: 50"]);
  sendUpdate({ kind: "SNAPSHOT", seq: 1, changed: [progressOf(4)] });
  expect(bars()).toEqual(["Rendering Movie 4: 50"]);
});

test("links to the log for users who may read it", () => {
  show(busy(), { tasks: [progressOf(1)], more: 0 }, "/admin/eliot_progress/logmessage/");
  expect(screen.getByRole("link", { name: "View log" })).toHaveAttribute(
    "href",
    "/admin/eliot_progress/logmessage/0af765/",
  );
});

test("shows no link to the log to other users", () => {
  show(busy(), { tasks: [progressOf(1)], more: 0 });
  expect(screen.getByText(/causal id 0af765/)).toBeVisible();
  expect(screen.queryByRole("link", { name: "View log" })).toBeNull();
});

const task = (entry: string, punctuality: string, place: number, more: object) => ({
  __typename: "PeriodicTask",
  id: `PeriodicTask:${entry}`,
  entry,
  label: `Do ${entry}`,
  schedule: "every 1 h",
  punctuality,
  place,
  why: "",
  remedy: "",
  due: null,
  lastRun: null,
  ...more,
});

function sendPeriodic(environment: MockEnvironment, changed: readonly object[]): void {
  send(environment, running(environment, "useOperationsUpdatesSubscription"), {
    OperationsUpdate: () => ({
      kind: "SNAPSHOT",
      seq: 1,
      heartbeatSeconds: 5,
      gone: [],
      more: 0,
      ...fresh(),
      changed,
    }),
  });
}

test("is read in German, with the schedules of tasks and how old the figures are", () => {
  speak("de", messages);
  onTestFinished(() => {
    speak("en", {});
  });
  const environment = show(quiet, idle);
  sendPeriodic(environment, [
    task("first", "ON_TIME", 4, { schedule: "every 5 s" }),
    task("second", "ON_TIME", 4, { schedule: "0 3 * * *" }),
  ]);
  const [first, second] = screen.getAllByTestId("periodic-task");
  expect(first).toHaveTextContent("Do firstalle 5 sPünktlich");
  expect(second).toHaveTextContent("Do second0 3 * * *Pünktlich");
  expect(screen.getByText(/^Broker gelesen um .* \(gerade eben\)\.$/)).toBeVisible();
  expect(screen.getByText(/^Worker und laufende Aufgaben: Stand .* \(gerade eben\)\.$/)).toBeVisible();
});

test("what is true of all periodic tasks is said once", () => {
  const environment = show(quiet, idle);
  const unheard = { why: "No collector listens.", remedy: "Run one." };
  sendPeriodic(environment, [task("first", "UNKNOWN", 2, unheard), task("second", "UNKNOWN", 2, unheard)]);
  expect(screen.getAllByTestId("periodic-task")).toHaveLength(2);
  expect(screen.getAllByText("No collector listens. Run one.")).toHaveLength(1);
});

test("a periodic task that is late says why, above those that come", () => {
  const environment = show(quiet, idle);
  expect(screen.queryByText("Periodic tasks")).toBeNull();
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  sendPeriodic(environment, [
    task("first", "ON_TIME", 4, { lastRun: { end: ago(2.9) }, due: ago(-57) }),
    task("second", "LATE", 0, {
      why: "It was due, and it has not been sent.",
      remedy: "Check celery beat.",
    }),
  ]);
  const [late, onTime] = screen.getAllByTestId("periodic-task");
  expect(late).toHaveTextContent(
    "Do secondevery 1 hLateIt was due, and it has not been sent. Check celery beat.",
  );
  expect(late).toHaveTextContent("not seennot known");
  expect(onTime).toHaveTextContent(/On time2 min 5\d s ago(\d+ \w+, )?\d\d:\d\d:\d\d/);
});
