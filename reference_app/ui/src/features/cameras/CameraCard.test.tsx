import { screen } from "@testing-library/react";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { renderFromQuery } from "../../../test/renderWithRelay.tsx";
import type { CameraCardTestQuery } from "./__generated__/CameraCardTestQuery.graphql";
import { CameraCard } from "./CameraCard.tsx";

const roof = () => ({
  __typename: "Camera",
  id: "camera-1",
  name: "Roof",
  driver: "simulated",
  model: "",
  state: "capturing",
  stateDetail: "",
  spoolPending: 3,
  frameCount: 1204,
  latestFrame: null,
  liveness: "ALIVE",
  heartbeatAt: new Date().toISOString(),
  nextBy: new Date(Date.now() + 5000).toISOString(),
  graceSeconds: 10,
});

function show(over: object = {}) {
  const shown = () => ({ ...roof(), ...over });
  return renderFromQuery<CameraCardTestQuery>({
    query: graphql`
      query CameraCardTestQuery @relay_test_operation {
        node(id: "camera-1") {
          ...CameraCard_camera @alias(as: "camera")
        }
      }
    `,
    mocks: { Node: shown, Camera: shown },
    children: ({ node }) => (node?.camera ? <CameraCard camera={node.camera} /> : "nothing"),
  });
}

test("says in the reader's time what the agent reported, and nothing of a state that all cameras have", () => {
  show({ stateDetail: "No picture since 2020-01-01T12:00:00Z." });
  expect(screen.getByText(/^No picture since 1 Jan.* ago\)\.$/)).toBeVisible();
  expect(screen.queryByText(/Paired/)).toBeNull();
});

test("shows the camera's name, liveness, frame count and backlog", () => {
  show();
  expect(screen.getByRole("heading", { name: "Roof" })).toBeVisible();
  expect(screen.getByTestId("camera-liveness")).toHaveTextContent("Alive");
  expect(screen.getByText("3 captures")).toBeVisible();
  expect(screen.getByText("1,204")).toBeVisible();
});
