import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { Trash } from "./Trash.tsx";

const offer = (name: string, label: string) => ({
  name,
  label,
  kind: "NORMAL",
  confirm: null,
  asks: false,
  allowed: true,
  reasons: [],
});
const movie = {
  __typename: "Movie",
  id: "movie-5",
  name: "Movie 5",
  state: "trashed",
  frameCount: 300,
  framesDone: 0,
  bytes: 2_000_000 as number | null,
  posterUrl: null,
  cancelRequest: null,
  inTrash: { by: "editor", at: "2026-06-01T12:00:00Z", until: "2026-06-15T12:00:00Z" },
  availableTransitions: [
    offer("restore", "Restore"),
    offer("restore_unfinished", "Restore"),
    offer("delete_for_good", "Delete for good"),
  ],
};

function show(movies: readonly object[]) {
  const { environment } = renderWithRelay(
    <Suspense fallback="loading">
      <Trash timelapse="timelapse-1" version="" />
    </Suspense>,
  );
  answer(environment, running(environment, "TrashQuery"), {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    Timelapse: () => ({
      timezone: "Europe/Zurich",
      trash: {
        edges: movies.map((node) => ({ cursor: "here", node })),
        pageInfo: { hasNextPage: false, endCursor: null },
      },
    }),
  });
  return environment;
}

test.each([
  ["was ready", 2_000_000, "restore"],
  ["was not ready", null, "restore_unfinished"],
])("lists who deleted what, and offers the one way back of a movie that %s", async (_, bytes, name) => {
  const environment = show([{ ...movie, bytes }]);
  expect(await screen.findByRole("link", { name: "Movie 5" })).toHaveAttribute("href", "/movies/movie-5");
  expect(screen.getByTestId("in-trash")).toHaveTextContent(
    /Deleted by editor .* ago\. Gone for good on 15 Jun 2026, 14:00/,
  );
  await userEvent.click(screen.getByRole("button", { name: "Restore" }));
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "movie-5", name, input: {} },
  });
});

test("does not claim to know who it was", async () => {
  show([{ ...movie, inTrash: { ...movie.inTrash, by: null } }]);
  expect(await screen.findByTestId("in-trash")).toHaveTextContent(/^Deleted .* ago\./);
});

test("an empty trash says so", async () => {
  show([]);
  expect(await screen.findByText("The trash is empty.")).toBeVisible();
});
