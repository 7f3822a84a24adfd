import { screen } from "@testing-library/react";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { allRunning, renderWithRelay } from "../../../test/renderWithRelay.tsx";
import type { CamerasPageQuery } from "./__generated__/CamerasPageQuery.graphql";
import query from "./__generated__/CamerasPageQuery.graphql.ts";
import { CamerasPage } from "./CamerasPage.tsx";

function show(cameras: readonly object[]) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      CameraConnection: () => ({ edges: cameras.map((node) => ({ node })) }),
    }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<CamerasPageQuery>(environment, query, {});
  return renderWithRelay(<CamerasPage queryRef={queryRef} />, environment);
}

test("explains how to add the first camera", () => {
  show([]);
  expect(screen.getByText("No cameras yet")).toBeVisible();
  expect(screen.getByText(`camera-agent pair ${window.location.origin}`)).toBeVisible();
  expect(screen.getByRole("link", { name: "Pair a camera" })).toHaveAttribute("href", "/pair");
});

test("subscribes to each camera separately", () => {
  const { environment } = show([
    { id: "camera-1", name: "Roof" },
    { id: "camera-2", name: "Garden" },
  ]);
  expect(screen.getAllByTestId("camera-card")).toHaveLength(2);
  const followed = allRunning(environment, "useCameraUpdatesSubscription");
  expect(followed.map((operation) => operation.request.variables.camera as string)).toEqual([
    "camera-1",
    "camera-2",
  ]);
});
