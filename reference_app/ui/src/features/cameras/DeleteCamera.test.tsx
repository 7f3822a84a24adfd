import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { DeleteCameraTestQuery } from "./__generated__/DeleteCameraTestQuery.graphql";
import { DeleteCamera } from "./DeleteCamera.tsx";

const held = { code: "held", message: "delete on Roof is blocked by a hold (Movie 2).", remedy: "Wait." };
const reasonsOf = (allowed: boolean) => (allowed ? [] : [held]);
const roof = (allowed: boolean) => () => ({
  __typename: "Camera",
  id: "camera-1",
  name: "Roof",
  availableTransitions: [{ name: "start_deleting", label: "Delete", allowed, reasons: reasonsOf(allowed) }],
  plan: [
    ...(allowed
      ? []
      : [{ label: "Cancel", allowed: true, object: { __typename: "Movie", displayName: "Movie 2" } }]),
    { label: "Delete", allowed, object: { __typename: "Camera", displayName: "Roof" } },
  ],
  deletionLoss: { timelapses: 1, movies: 2, frames: 1204, bytes: 3_100_000_000 },
});

const show = (allowed: boolean) =>
  renderFromQuery<DeleteCameraTestQuery>({
    query: graphql`
      query DeleteCameraTestQuery @relay_test_operation {
        node(id: "camera-1") {
          ...DeleteCamera_camera @alias(as: "camera")
        }
      }
    `,
    mocks: { Node: roof(allowed), Camera: roof(allowed) },
    children: ({ node }) => (node?.camera ? <DeleteCamera camera={node.camera} /> : "gone"),
  });

test("says what is lost, deletes the camera after confirmation and shows the list", async () => {
  const { environment } = show(true);
  await userEvent.click(screen.getByRole("button", { name: "Delete the camera" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog).toHaveTextContent("deletes 1 timelapse, 2 movies and 1,204 frames (3.1 GB)");
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete the camera" }));
  const mutation = running(environment, "useDeleteCameraMutation");
  expect(mutation.request.variables).toEqual({ input: { camera: "camera-1", stopMovies: false } });
  answer(environment, mutation, {
    DeleteCameraPayload: () => ({ deletedCameraId: "camera-1", camera: null, errors: [] }),
  });
  expect(await screen.findByText("elsewhere")).toBeInTheDocument();
});

test("says which movie is in the way, and carries out the plan", async () => {
  const { environment } = show(false);
  expect(screen.getByText("Something else has to end first.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: /Cancel Movie 2, then Delete Roof/ }));
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Stop and delete" }));
  expect(running(environment, "useDeleteCameraMutation").request.variables).toEqual({
    input: { camera: "camera-1", stopMovies: true },
  });
});
