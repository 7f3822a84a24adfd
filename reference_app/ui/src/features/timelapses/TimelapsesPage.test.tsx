import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { commitLocalUpdate, loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import type { TimelapsesPageQuery } from "./__generated__/TimelapsesPageQuery.graphql";
import query from "./__generated__/TimelapsesPageQuery.graphql.ts";
import { TimelapsesPage } from "./TimelapsesPage.tsx";

const roof = { id: "camera-1", name: "Roof" };
const harbour = { id: "Timelapse:1=", name: "Harbour", frameCount: 12, latestFrame: null, camera: roof };

function show(timelapses: readonly object[], cameras: readonly object[], blockers: readonly object[] = []) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Query: () => ({ blockers }),
      TimelapseConnection: () => ({ edges: timelapses.map((node) => ({ node })) }),
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
  expect(screen.getByText(/Pair a camera first/)).toBeVisible();
});

test("asks to pair a camera first when there is none", () => {
  show([], []);
  expect(screen.getByText(/Pair a camera first/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Pair a camera" })).toHaveAttribute("href", "/pair");
});

test("creates a timelapse and opens it", async () => {
  const { environment } = show([], [roof, { id: "camera-2", name: "Garden" }]);
  await userEvent.type(screen.getByLabelText("Name"), "Dawn");
  await userEvent.click(screen.getByRole("combobox", { name: "Camera" }));
  await userEvent.click(screen.getByRole("option", { name: "Garden" }));
  await userEvent.click(screen.getByRole("button", { name: "Create" }));
  const operation = running(environment, "useCreateTimelapseMutation");
  expect(operation.request.variables).toEqual({ input: { camera: "camera-2", name: "Dawn" } });
  answer(environment, operation, { CreateTimelapsePayload: () => ({ errors: [] }) });
  expect(await screen.findByText("elsewhere")).toBeVisible();
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

test("says why there is no form for a new timelapse, and whom to ask", () => {
  show([], [roof], [{ message: "createTimelapse requires a permission.", remedy: "Ask an administrator." }]);
  expect(screen.queryByRole("button", { name: "Create" })).toBeNull();
  expect(screen.getByText(/Ask an administrator/)).toBeVisible();
});
