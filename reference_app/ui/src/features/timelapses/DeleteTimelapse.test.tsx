import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { DeleteTimelapseTestQuery } from "./__generated__/DeleteTimelapseTestQuery.graphql";
import { DeleteTimelapse } from "./DeleteTimelapse.tsx";

const held = { code: "held", message: "render on Harbour is held (Movie 2).", remedy: "Wait." };
const harbour = (reasons: readonly object[]) => () => ({
  __typename: "Timelapse",
  id: "timelapse-1",
  name: "Harbour",
  availableTransitions: [{ name: "start_deleting", label: "Delete", allowed: reasons.length === 0, reasons }],
  plan: [
    ...(reasons.length === 0
      ? []
      : [{ label: "Cancel", allowed: true, object: { __typename: "Movie", displayName: "Movie 2" } }]),
    {
      label: "Delete",
      allowed: reasons.length === 0,
      object: { __typename: "Timelapse", displayName: "Harbour" },
    },
  ],
});

const show = (...reasons: readonly object[]) =>
  renderFromQuery<DeleteTimelapseTestQuery>({
    query: graphql`
      query DeleteTimelapseTestQuery @relay_test_operation {
        node(id: "timelapse-1") {
          ...DeleteTimelapse_timelapse @alias(as: "timelapse")
        }
      }
    `,
    mocks: { Node: harbour(reasons), Timelapse: harbour(reasons) },
    children: ({ node }) => (node?.timelapse ? <DeleteTimelapse timelapse={node.timelapse} /> : "gone"),
  });

test("those who may not delete see nothing to delete with", () => {
  show({ code: "permission", message: "You may not.", remedy: "Ask." }, held);
  expect(screen.queryByRole("region", { name: "Danger zone" })).toBeNull();
  expect(screen.queryByRole("button")).toBeNull();
});

const confirm = async (name: string) => {
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name }));
};

test("deletes a timelapse after confirmation and shows the list", async () => {
  const { environment } = show();
  await userEvent.click(screen.getByRole("button", { name: "Delete the timelapse" }));
  await confirm("Delete the timelapse");
  const mutation = running(environment, "useDeleteTimelapseMutation");
  expect(mutation.request.variables).toEqual({ input: { timelapse: "timelapse-1", stopMovies: false } });
  answer(environment, mutation, {
    DeleteTimelapsePayload: () => ({ deletedTimelapseId: "timelapse-1", timelapse: null, errors: [] }),
  });
  expect(await screen.findByText("elsewhere")).toBeInTheDocument();
});

test("says which movie is in the way, and carries out the plan", async () => {
  const { environment } = show(held);
  expect(screen.getByText("Something else has to end first.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: /Cancel Movie 2, then Delete Harbour/ }));
  expect(within(screen.getByRole("dialog")).getAllByRole("listitem")).toHaveLength(2);
  // "Cancel" would also be what is done with a movie.
  expect(within(screen.getByRole("dialog")).getByRole("button", { name: "Keep as it is" })).toHaveFocus();
  await confirm("Stop and delete");
  expect(running(environment, "useDeleteTimelapseMutation").request.variables).toEqual({
    input: { timelapse: "timelapse-1", stopMovies: true },
  });
});
