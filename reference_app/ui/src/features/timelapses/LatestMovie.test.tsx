import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { LatestMovieTestQuery } from "./__generated__/LatestMovieTestQuery.graphql";
import { LatestMovie } from "./LatestMovie.tsx";

const offer = (name: string, label: string, allowed = true) => ({
  name,
  label,
  kind: "NORMAL",
  confirm: null,
  asks: false,
  allowed,
  reasons: [],
});

function show(every: number | null, offers: readonly object[], refusals: readonly object[] = []) {
  const timelapse = () => ({
    __typename: "Timelapse",
    id: "timelapse-1",
    latestMovieEverySeconds: every,
    latestMovieRequestedAt: new Date().toISOString(),
    latestMovieRefusals: refusals,
    availableTransitions: [offer("render", "Render"), ...offers],
  });
  return renderFromQuery<LatestMovieTestQuery>({
    query: graphql`
      query LatestMovieTestQuery @relay_test_operation {
        node(id: "timelapse-1") {
          ...LatestMovie_timelapse @alias(as: "timelapse")
        }
      }
    `,
    mocks: { Node: timelapse, Timelapse: timelapse },
    children: ({ node }) => (node?.timelapse ? <LatestMovie timelapse={node.timelapse} /> : "nothing"),
  }).environment;
}

const forOthers = (name: string, label: string) => ({
  ...offer(name, label, false),
  reasons: [{ code: "permission", message: "It takes a permission.", remedy: "Ask an administrator." }],
});

test("says nothing of a movie that is off to those who can't switch it on, and says to them that one is on", () => {
  const offers = [
    forOthers("keep_latest_movie", "Keep a latest movie"),
    forOthers("stop_latest_movie", "Stop the latest movie"),
  ];
  show(null, offers);
  expect(screen.queryByRole("region", { name: "Latest movie" })).toBeNull();
  cleanup();
  show(900, offers);
  expect(screen.getByTestId("latest-movie")).toHaveTextContent(/^On\./);
});

const keep = offer("keep_latest_movie", "Keep a latest movie");
const buttons = () =>
  within(screen.getByRole("region", { name: "Latest movie" }))
    .getAllByRole("button")
    .map((each) => each.textContent);

test("says that none is kept, and offers to keep one", async () => {
  const environment = show(null, [keep, offer("stop_latest_movie", "Stop the latest movie", false)]);
  expect(screen.getByTestId("latest-movie")).toHaveTextContent(/^Off\./);
  expect(buttons()).toEqual(["Keep a latest movie"]);
  await userEvent.click(screen.getByRole("button", { name: "Keep a latest movie" }));
  expect(running(environment, "useTransitionMutation").request.variables).toMatchObject({
    input: { id: "timelapse-1", name: "keep_latest_movie" },
  });
});

test("says that one was refused, why, what to do, and when it is tried again", () => {
  const refusal = { code: "none", message: "No frame is left.", remedy: "Leave out less." };
  show(900, [keep], [refusal]);
  const said = screen.getByTestId("latest-movie-refused");
  expect(said).toHaveTextContent(/^Refused .*No frame is left\.Leave out less\./);
  expect(said).toHaveTextContent("tried again 15 min after that");
});

test("says nothing of a refusal when none was, or none is kept", () => {
  show(900, [keep]);
  expect(screen.queryByTestId("latest-movie-refused")).toBeNull();
});

test("says how often one is rendered anew, and offers to change and to stop it", () => {
  show(900, [keep, offer("stop_latest_movie", "Stop the latest movie")]);
  expect(screen.getByTestId("latest-movie")).toHaveTextContent("at most every 15 min");
  expect(buttons()).toEqual(["Change it", "Stop the latest movie"]);
});
