import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { allRunning, answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { RevokeButtonTestQuery } from "./__generated__/RevokeButtonTestQuery.graphql";
import { RevokeButton } from "./RevokeButton.tsx";

const roof = () => ({
  __typename: "Camera",
  id: "camera-1",
  name: "Roof",
  availableTransitions: [{ name: "revoke", label: "Revoke", allowed: true, reasons: [] }],
});

test("revokes a camera only after confirmation, and then no longer offers it", async () => {
  const { environment } = renderFromQuery<RevokeButtonTestQuery>({
    query: graphql`
      query RevokeButtonTestQuery @relay_test_operation {
        node(id: "camera-1") {
          ...RevokeButton_camera @alias(as: "camera")
        }
      }
    `,
    mocks: { Node: roof, Camera: roof },
    children: ({ node }) => (node?.camera ? <RevokeButton camera={node.camera} /> : "nothing"),
  });
  await userEvent.click(screen.getByRole("button", { name: "Revoke" }));
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel" }));
  expect(allRunning(environment, "useRevokeCameraMutation")).toHaveLength(0);
  await userEvent.click(await screen.findByRole("button", { name: "Revoke" }));
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Revoke access" }));
  answer(environment, running(environment, "useRevokeCameraMutation"), {
    RevokeCameraPayload: () => ({ errors: [] }),
    Camera: () => ({ ...roof(), availableTransitions: [] }),
  });
  await waitFor(() => {
    expect(screen.queryByRole("button", { name: "Revoke" })).not.toBeInTheDocument();
  });
});
