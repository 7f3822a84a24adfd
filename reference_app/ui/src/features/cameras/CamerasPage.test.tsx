import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import type { CamerasPageQuery } from "./__generated__/CamerasPageQuery.graphql";
import query from "./__generated__/CamerasPageQuery.graphql.ts";
import { CamerasPage } from "./CamerasPage.tsx";

function show(cameras: readonly object[], blockers: readonly object[] = [], hasNextPage = false) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Query: () => ({ blockers }),
      CameraConnection: () => ({
        edges: cameras.map((node) => ({ node })),
        pageInfo: { hasNextPage, endCursor: "there" },
      }),
    }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<CamerasPageQuery>(environment, query, {});
  return renderWithRelay(<CamerasPage queryRef={queryRef} />, environment);
}

test("explains how to add the first camera", () => {
  show([]);
  expect(screen.getByText("No cameras yet")).toBeVisible();
  expect(screen.getByRole("link", { name: "Pair a camera" })).toHaveAttribute("href", "/pair");
});

test("shows the cameras beyond the first sixty on request, none twice", async () => {
  const roof = { __typename: "Camera", id: "camera-1", name: "Roof" };
  const { environment } = show([roof], [], true);
  await userEvent.click(screen.getByRole("button", { name: "Show more cameras" }));
  const asked = running(environment, "MoreCamerasQuery");
  expect(asked.request.variables).toEqual({ after: "there" });
  answer(environment, asked, {
    CameraConnection: () => ({
      edges: [{ node: roof }, { node: { ...roof, id: "camera-61", name: "Quay" } }],
      pageInfo: { hasNextPage: false, endCursor: null },
    }),
  });
  expect(await screen.findByText("Quay")).toBeVisible();
  const names = screen.getAllByRole("article").map((card) => card.querySelector("h2")?.textContent);
  expect(names).toEqual(["Roof", "Quay"]);
});

test("a new camera appears, a changed one changes and a deleted one leaves, by one subscription", () => {
  const camera = (number: number, name: string) => ({
    __typename: "Camera",
    id: `camera-${String(number)}`,
    name,
  });
  const { environment } = show([camera(1, "Roof"), camera(2, "Garden")]);
  const names = () => screen.queryAllByRole("article").map((card) => card.querySelector("h2")?.textContent);
  const sendUpdate = (message: object) => {
    send(environment, running(environment, "useCameraCardsSubscription"), {
      CameraUpdate: () => ({ heartbeatSeconds: 5, changed: [], gone: [], ...message }),
    });
  };
  sendUpdate({ kind: "SNAPSHOT", seq: 1, changed: [camera(1, "Roof"), camera(2, "Garden")] });
  expect(names()).toEqual(["Roof", "Garden"]);
  sendUpdate({ kind: "DELTA", seq: 2, changed: [camera(3, "Harbour")] });
  sendUpdate({ kind: "DELTA", seq: 3, changed: [camera(1, "Attic")] });
  expect(names()).toEqual(["Attic", "Garden", "Harbour"]);
  sendUpdate({ kind: "DELTA", seq: 4, gone: ["camera-2"] });
  expect(names()).toEqual(["Attic", "Harbour"]);
  sendUpdate({ kind: "HEARTBEAT", seq: 5 });
  expect(names()).toEqual(["Attic", "Harbour"]);
});

test("says why there is no button to pair a camera, and whom to ask", () => {
  show([], [{ message: "approveCamera requires a permission.", remedy: "Ask an administrator for it." }]);
  expect(screen.queryByRole("link", { name: "Pair a camera" })).toBeNull();
  expect(screen.getByText(/Ask an administrator/)).toBeVisible();
});
