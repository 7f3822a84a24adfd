import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import type { MoviePageQuery } from "./__generated__/MoviePageQuery.graphql";
import query from "./__generated__/MoviePageQuery.graphql.ts";
import { MoviePage } from "./MoviePage.tsx";

const spring = (
  over: { readonly name?: string; readonly state?: string } & Record<string, unknown> = {},
) => ({
  __typename: "Movie",
  id: "movie-7",
  name: "Spring",
  state: "READY",
  from: "2026-03-01T05:00:00Z",
  to: null,
  fps: 30,
  width: 1280,
  height: 720,
  frameCount: 3600,
  framesDone: 3600,
  durationSeconds: 120,
  bytes: 12_600_000,
  sound: null,
  requestedBy: "ada",
  createdAt: "2026-06-01T10:00:00Z",
  finishedAt: "2026-06-01T10:04:00Z",
  renderSeconds: 200,
  videoUrl: "/media/movies/7.mp4",
  liveUrl: null,
  downloadUrl: "/media/movies/7.mp4?download",
  posterUrl: "/media/posters/7.jpg",
  thumbnailsUrl: null,
  chapters: [
    { beginsAtSeconds: 0, date: "2026-03-01", span: "DAY" },
    { beginsAtSeconds: 62.5, date: "2026-03-02", span: "DAY" },
  ],
  selectionNotes: [{ text: "12 frames were dark." }],
  failure: null,
  leftOut: [],
  progress: null,
  waiting: [],
  cancelRequest: null,
  shareLinks: [],
  availableTransitions: [],
  timelapse: {
    id: "timelapse-1",
    name: "Rooftop",
    timezone: "Europe/Zurich",
    movies: {
      edges: [
        {
          node: listed({
            id: "movie-7",
            name: "Spring",
            state: "READY",
            posterUrl: "/media/posters/7.jpg",
            ...over,
          }),
        },
        { node: listed({ id: "movie-8", name: "Summer", state: "QUEUED", posterUrl: null }) },
      ],
    },
  },
  ...over,
});

/** What a list shows of a movie. */
function listed({ id, name, state, posterUrl }: Record<string, unknown>) {
  return { __typename: "Movie", id, name, state, posterUrl, cancelRequest: null };
}

/** The other movies of its timelapse are those that it lists. */
const mocks = (movie: object): MockPayloadGenerator.MockResolvers => ({
  Node: () => movie,
  Movie: ({ path }) => (path?.includes("edges") ? undefined : movie),
});

function show(movie: object | null) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    movie === null ? { data: { node: null } } : MockPayloadGenerator.generate(operation, mocks(movie)),
  );
  environment.mock.queuePendingOperation(query, { id: "movie-7" });
  const queryRef = loadQuery<MoviePageQuery>(environment, query, { id: "movie-7" });
  renderWithRelay(
    <Suspense fallback="loading">
      <MoviePage queryRef={queryRef} />
    </Suspense>,
    environment,
  );
  return environment;
}

test("says what the movie shows, who asked for it and how long that took, and saves it", () => {
  show(spring());
  expect(screen.getByRole("heading", { name: "Spring" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Rooftop" })).toHaveAttribute("href", "/timelapses/timelapse-1");
  const about = screen.getByRole("region", { name: "About this movie" });
  expect(about).toHaveTextContent(/From1 Mar 2026, 06:00Tothe last frame when it was requested/);
  expect(about).toHaveTextContent(/Length2 min/);
  expect(about).toHaveTextContent(/Requested1 Jun 2026, 12:00, ada.*Rendered in3 min 20 s/);
  expect(about).toHaveTextContent("12 frames were dark.");
  expect(screen.getByRole("link", { name: "Download" })).toHaveAttribute(
    "href",
    "/media/movies/7.mp4?download",
  );
});

test("a chapter is played from its beginning on, and the one that is played stands out", async () => {
  show(spring());
  const chapters = screen.getByRole("list", { name: "Chapters" });
  const [first, second] = within(chapters).getAllByRole("button");
  expect(first).toHaveTextContent("Sun 1 Mar 0:00");
  expect(first).toHaveAttribute("aria-current", "step");
  await userEvent.click(second ?? document.body);
  const video = screen.getByTestId<HTMLVideoElement>("movie-video");
  expect(video.currentTime).toBe(62.5);
  expect(within(chapters).getByRole("button", { current: "step" })).toHaveTextContent("Mon 2 Mar 1:02");
  video.currentTime = 3;
  fireEvent.timeUpdate(video);
  expect(within(chapters).getByRole("button", { current: "step" })).toHaveTextContent("Sun 1 Mar 0:00");
});

test("a movie of one day has no chapters", () => {
  show(spring({ chapters: [] }));
  expect(screen.queryByRole("list", { name: "Chapters" })).toBeNull();
});

test("names the timelapse's other movies, not itself", () => {
  show(spring());
  const others = screen.getByRole("region", { name: "Other movies of this timelapse" });
  expect(
    within(others)
      .getAllByRole("link")
      .map((link) => link.textContent),
  ).toEqual(["Summer"]);
});

test("a movie that becomes ready while somebody looks can be played at once", () => {
  const environment = show(
    spring({
      state: "QUEUED",
      videoUrl: null,
      downloadUrl: null,
      chapters: [],
      waiting: [{ code: "queue", message: "2 tasks are before it.", remedy: "" }],
    }),
  );
  expect(screen.getByTestId("movie-waiting")).toHaveTextContent("2 tasks are before it.");
  expect(screen.queryByRole("link", { name: "Download" })).toBeNull();
  send(environment, running(environment, "useMovieUpdatesSubscription"), {
    TimelapseUpdate: () => ({ kind: "DELTA", seq: 1, gone: [], changed: [spring()] }),
    Movie: () => spring(),
  });
  expect(screen.getByTestId("movie-video")).toHaveAttribute("src", "/media/movies/7.mp4");
  expect(screen.getByRole("list", { name: "Chapters" })).toBeVisible();
});

test("a movie that is deleted while somebody looks is said to be gone", () => {
  const environment = show(spring());
  send(environment, running(environment, "useMovieUpdatesSubscription"), {
    TimelapseUpdate: () => ({ kind: "DELTA", seq: 1, gone: ["movie-7"], changed: [] }),
  });
  expect(screen.getByText("Movie not found")).toBeVisible();
});

test("a snapshot fetches the movie again, as it says nothing of movies", () => {
  const environment = show(spring());
  send(environment, running(environment, "useMovieUpdatesSubscription"), {
    TimelapseUpdate: () => ({ kind: "SNAPSHOT", seq: 1, gone: [], changed: [] }),
  });
  const asked = running(environment, "useMovieUpdatesQuery");
  expect(asked.request.variables).toEqual({ id: "movie-7" });
  answer(environment, asked, mocks(spring({ name: "Spring again" })));
  expect(screen.getByRole("heading", { name: "Spring again" })).toBeVisible();
});

test("an address of no movie leads to the timelapses", () => {
  show(null);
  expect(screen.getByText("Movie not found")).toBeVisible();
  expect(screen.getByRole("link", { name: "Show all timelapses" })).toHaveAttribute("href", "/timelapses");
});
