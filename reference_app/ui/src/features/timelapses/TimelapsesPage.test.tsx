import { act, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { commitLocalUpdate, loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import {
  allRunning,
  answer,
  answerQuestions,
  renderWithRelay,
  running,
  send,
} from "../../../test/renderWithRelay.tsx";
import type { TimelapsesPageQuery } from "./__generated__/TimelapsesPageQuery.graphql";
import query from "./__generated__/TimelapsesPageQuery.graphql.ts";
import { TimelapsesPage } from "./TimelapsesPage.tsx";

const roof = { id: "camera-1", name: "Roof" };
const harbour = { id: "Timelapse:1=", name: "Harbour", frameCount: 12, latestFrame: null, camera: roof };

function show(
  timelapses: readonly object[],
  cameras: readonly object[],
  blockers: readonly object[] = [],
  hasNextPage = false,
) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Query: () => ({ blockers }),
      TimelapseConnection: () => ({
        edges: timelapses.map((node) => ({ node })),
        pageInfo: { hasNextPage, endCursor: "there" },
      }),
      CameraConnection: () => ({ edges: cameras.map((node) => ({ node })) }),
    }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<TimelapsesPageQuery>(environment, query, {});
  return renderWithRelay(<TimelapsesPage queryRef={queryRef} />, environment);
}

test("links to each timelapse with an encoded id", () => {
  show([harbour], [roof]);
  expect(screen.getByTestId("timelapse-card")).toHaveAttribute("href", "/timelapses/Timelapse%3A1%3D");
  expect(screen.getByText("12 frames · Roof")).toBeVisible();
});

test("a deleted camera takes its timelapses from the list, and is not offered for a new one", () => {
  const { environment } = show([harbour], [roof]);
  act(() => {
    commitLocalUpdate(environment, (store) => {
      store.delete("camera-1");
    });
  });
  expect(screen.queryByTestId("timelapse-card")).not.toBeInTheDocument();
  expect(screen.getByText("A timelapse needs a camera.")).toBeVisible();
});

test("shows the timelapses beyond the first sixty on request, none twice", async () => {
  const { environment } = show([harbour], [roof], [], true);
  await userEvent.click(screen.getByRole("button", { name: "Show more timelapses" }));
  const asked = running(environment, "MoreTimelapsesQuery");
  expect(asked.request.variables).toEqual({ after: "there", archived: false });
  answer(environment, asked, {
    TimelapseConnection: () => ({
      edges: [{ node: harbour }, { node: { ...harbour, id: "timelapse-61", name: "Quay" } }],
      pageInfo: { hasNextPage: false, endCursor: null },
    }),
  });
  expect(await screen.findByText("Quay")).toBeVisible();
  expect(screen.getAllByTestId("timelapse-card")).toHaveLength(2);
  expect(screen.queryByRole("button", { name: "Show more timelapses" })).toBeNull();
});

test("asks to pair a camera first when there is none", () => {
  show([], []);
  expect(screen.getByText("A timelapse needs a camera.")).toBeVisible();
  expect(screen.getByRole("link", { name: "Pair a camera" })).toHaveAttribute("href", "/pair");
});

test("who can't pair a camera learns why and whom to ask", () => {
  show([], [], [{ message: "Pairing requires a permission.", remedy: "Ask an administrator for it." }]);
  expect(screen.getByText("Ask an administrator for it.")).toBeVisible();
  expect(screen.queryByRole("link", { name: "Pair a camera" })).toBeNull();
});

const offers = [
  {
    name: "create_timelapse",
    label: "New timelapse",
    kind: "NORMAL",
    confirm: null,
    allowed: true,
    reasons: [],
    asks: true,
  },
];
const FIELDS = [
  { name: "name", label: "Name", default: "" },
  { name: "ends_at", label: "To", kind: "DATE_TIME" },
];

test("creates a timelapse of the chosen camera and opens it", async () => {
  const { environment, visited } = show([], [roof, { id: "camera-2", name: "Garden" }]);
  await userEvent.click(screen.getByRole("combobox", { name: "Camera" }));
  await userEvent.click(screen.getByRole("option", { name: "Garden" }));
  const asked = allRunning(environment, "CreateTimelapseQuery").at(-1);
  expect(asked?.request.variables).toEqual({ camera: "camera-2" });
  const garden = () => ({
    __typename: "Camera",
    id: "camera-2",
    availableTransitions: offers,
  });
  if (asked) answer(environment, asked, { Node: garden, Camera: garden });
  await userEvent.click(await screen.findByRole("button", { name: "New timelapse" }));
  answerQuestions(environment, FIELDS);
  await userEvent.type(await screen.findByLabelText("Name"), "Dawn");
  fireEvent.change(screen.getByLabelText("To"), { target: { value: "2026-06-01T12:00" } });
  await userEvent.click(
    within(await screen.findByRole("dialog")).getByRole("button", { name: "New timelapse" }),
  );
  const operation = running(environment, "useTransitionMutation");
  expect(operation.request.variables).toEqual({
    input: {
      id: "camera-2",
      name: "create_timelapse",
      input: { name: "Dawn", ends_at: "2026-06-01T12:00" },
    },
  });
  answer(environment, operation, {
    TransitionPayload: () => ({
      deletedId: null,
      errors: [],
      created: { __typename: "Timelapse", id: "T:2=" },
    }),
  });
  expect(await screen.findByText("elsewhere")).toBeVisible();
  expect(visited.at(-1)).toBe("/timelapses/T%3A2%3D");
});

test("archived timelapses are listed for those who ask for them", async () => {
  const { environment } = show([harbour], [roof]);
  expect(allRunning(environment, "MoreTimelapsesQuery")).toHaveLength(0);
  await userEvent.click(screen.getByRole("button", { name: "Show archived timelapses" }));
  answer(environment, running(environment, "MoreTimelapsesQuery"), {
    TimelapseConnection: () => ({ edges: [{ node: { ...harbour, id: "Timelapse:2=", name: "Snow" } }] }),
  });
  expect(await within(screen.getByTestId("archived-timelapses-panel")).findByText("Snow")).toBeVisible();
});

test("a timelapse that is archived leaves the list, and stays among the archived ones", async () => {
  const { environment } = show([harbour], [roof]);
  await userEvent.click(screen.getByRole("button", { name: "Show archived timelapses" }));
  answer(environment, running(environment, "MoreTimelapsesQuery"), {
    TimelapseConnection: () => ({ edges: [{ node: harbour }] }),
  });
  const archived = within(screen.getByTestId("archived-timelapses-panel"));
  expect(await archived.findByText("Harbour")).toBeVisible();
  expect(screen.getAllByText("Harbour")).toHaveLength(2);
  send(environment, running(environment, "useTimelapseListSubscription"), {
    TimelapseListUpdate: () => ({
      kind: "DELTA",
      seq: 1,
      heartbeatSeconds: 5,
      gone: [harbour.id],
      changed: [],
    }),
  });
  expect(screen.getAllByText("Harbour")).toHaveLength(1);
  expect(archived.getByText("Harbour")).toBeVisible();
});

test("a new timelapse appears for everybody, and a new camera can be chosen at once", async () => {
  const { environment } = show([], []);
  send(environment, running(environment, "useCameraListSubscription"), {
    CameraUpdate: () => ({
      kind: "SNAPSHOT",
      seq: 1,
      heartbeatSeconds: 5,
      gone: [],
      changed: [{ __typename: "Camera", ...roof }],
    }),
  });
  expect(await screen.findByRole("combobox", { name: "Camera" })).toHaveTextContent("Roof");
  send(environment, running(environment, "useTimelapseListSubscription"), {
    TimelapseListUpdate: () => ({
      kind: "SNAPSHOT",
      seq: 1,
      heartbeatSeconds: 5,
      gone: [],
      changed: [{ __typename: "Timelapse", ...harbour }],
    }),
  });
  expect(screen.getByText("12 frames · Roof")).toBeVisible();
});
