import { act, screen, within } from "@testing-library/react";
import { Suspense } from "react";
import { loadQuery } from "react-relay";
import type { Environment, FetchFunction } from "relay-runtime";
import { createMockEnvironment, MockPayloadGenerator, type MockEnvironment } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import { Deletions } from "../../relay/deletions.ts";
import { MovieList } from "../movies/MovieList.tsx";
import type { TimelapsePageQuery } from "./__generated__/TimelapsePageQuery.graphql";
import query from "./__generated__/TimelapsePageQuery.graphql.ts";
import { TimelapsePage } from "./TimelapsePage.tsx";

const frame = (sequence: number) => ({
  cursor: String(sequence),
  node: {
    __typename: "Frame",
    id: `frame-${String(sequence)}`,
    sequence,
    capturedAt: new Date(sequence * 1000).toISOString(),
    largeUrl: `/f/${String(sequence)}.jpg`,
    cursor: String(sequence),
    clock: "SYNCED",
    hidden: null,
    thumbnailUrl: `/t/${String(sequence)}.jpg`,
  },
});
const movie = (number: number) => ({
  cursor: String(number),
  node: {
    __typename: "Movie",
    id: `movie-${String(number)}`,
    name: `Movie ${String(number)}`,
    createdAt: new Date(number * 1000).toISOString(),
  },
});

const CHOICES = {
  __typename: "MovieChoices",
  speeds: [30],
  defaultSpeed: 30,
  sizes: [{ __typename: "MovieSize", width: 640, height: 360 }],
};

const timelapse = (frames: number, movies: readonly number[]) => ({
  id: "timelapse-1",
  name: "Harbour",
  frameCount: frames,
  latestFrame:
    frames === 0
      ? null
      : {
          ...frame(frames).node,
          receivedAt: new Date().toISOString(),
        },
  frames: {
    pageInfo: { hasNextPage: false, hasPreviousPage: false },
    edges: Array.from({ length: frames }, (_, index) => frame(index + 1)),
  },
  movies: { edges: movies.map(movie) },
  latestMovieRefusals: [],
  availableTransitions: [],
  plan: [],
  locks: [],
});

/** Keeps out what was deleted, as the page's own environment does. */
function environmentWithDeletions(): MockEnvironment {
  const deletions = new Deletions();
  const environment = createMockEnvironment({ handlerProvider: deletions.handlerProvider });
  const network = environment.getNetwork();
  const fetch = network.execute.bind(network) as unknown as FetchFunction;
  Object.assign(network, { execute: deletions.around(fetch, () => environment as unknown as Environment) });
  return environment;
}

function show(frames: number, movies: readonly number[] = []): MockEnvironment {
  const environment = environmentWithDeletions();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
      Timelapse: () => timelapse(frames, movies),
      MovieChoices: () => CHOICES,
      Camera: () => ({ id: "camera-1", name: "Roof" }),
    }),
  );
  environment.mock.queuePendingOperation(query, { id: "timelapse-1" });
  const queryRef = loadQuery<TimelapsePageQuery>(environment, query, { id: "timelapse-1" });
  renderWithRelay(
    <Suspense fallback="loading">
      <TimelapsePage queryRef={queryRef} Movies={MovieList} />
    </Suspense>,
    environment,
  );
  return environment;
}

function update(
  environment: MockEnvironment,
  { changed = [], ...message }: { readonly changed?: readonly object[] } & Record<string, unknown>,
  frameCount: number,
): void {
  const row = { __typename: "Timelapse", ...timelapse(frameCount, []) };
  send(environment, running(environment, "useTimelapseUpdatesSubscription"), {
    TimelapseUpdate: () => ({ heartbeatSeconds: 5, gone: [], changed: [row, ...changed], ...message }),
    Camera: () => ({ id: "camera-1", name: "Roof" }),
  });
}

const strip = () =>
  within(screen.getByTestId("filmstrip"))
    .getAllByRole("img")
    .map((image) => image.getAttribute("alt"));
const movies = () =>
  screen.queryAllByTestId("movie-card").map((card) => within(card).getByRole("heading").textContent);

test("shows the latest frame, the strip of frames and their number", () => {
  show(3);
  expect(screen.getByTestId("camera-latest-frame")).toHaveAttribute("src", "/f/3.jpg");
  expect(screen.getByTestId("frame-count")).toHaveTextContent("3");
  expect(strip()).toEqual(["Frame 1", "Frame 2", "Frame 3"]);
  expect(screen.getByRole("heading", { level: 1, name: "Harbour" })).toBeVisible();
});

test("explains what happens before the first frame", () => {
  show(0);
  expect(screen.getByText("No frames yet")).toBeVisible();
  expect(screen.queryByTestId("filmstrip")).toBeNull();
});

test("appends new frames to the strip and prepends new movies to the list, each once", () => {
  const environment = show(2, [1]);
  update(environment, { kind: "SNAPSHOT", seq: 1 }, 2);
  update(
    environment,
    { kind: "DELTA", seq: 2, changed: [frame(2).node, frame(3).node, movie(1).node, movie(2).node] },
    3,
  );
  expect(strip()).toEqual(["Frame 1", "Frame 2", "Frame 3"]);
  expect(movies()).toEqual(["Movie 2", "Movie 1"]);
  expect(screen.getByTestId("frame-count")).toHaveTextContent("3");
  expect(screen.getByTestId("camera-latest-frame")).toHaveAttribute("src", "/f/3.jpg");
});

test("fetches the lists again after a snapshot and keeps what arrived meanwhile", () => {
  const environment = show(2);
  update(environment, { kind: "SNAPSHOT", seq: 1 }, 2);
  const reading = running(environment, "TimelapsePageQuery");
  update(environment, { kind: "DELTA", seq: 2, changed: [frame(3).node, movie(1).node] }, 3);
  answer(environment, reading, {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    Timelapse: () => timelapse(2, []),
    Camera: () => ({ id: "camera-1" }),
    MovieChoices: () => CHOICES,
  });
  expect(strip()).toEqual(["Frame 1", "Frame 2", "Frame 3"]);
  expect(movies()).toEqual(["Movie 1"]);
});

test("a movie that anybody deleted leaves the list, for good", () => {
  const environment = show(2, [3, 2]);
  update(environment, { kind: "SNAPSHOT", seq: 1 }, 2);
  const reading = running(environment, "TimelapsePageQuery");
  update(environment, { kind: "DELTA", seq: 2, gone: ["movie-3"] }, 2);
  expect(movies()).toEqual(["Movie 2"]);
  answer(environment, reading, {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    Timelapse: () => timelapse(2, [3, 2]), // read before the deletion
    Camera: () => ({ id: "camera-1" }),
    MovieChoices: () => CHOICES,
  });
  expect(movies()).toEqual(["Movie 2"]);
});

test("an old movie that is restored takes its place by its age", () => {
  const environment = show(2, [3, 2]);
  update(environment, { kind: "SNAPSHOT", seq: 1 }, 2);
  update(environment, { kind: "DELTA", seq: 2, changed: [movie(1).node] }, 2);
  expect(movies()).toEqual(["Movie 3", "Movie 2", "Movie 1"]);
});

test("a timelapse that anybody deleted is not found any more", () => {
  const environment = show(2);
  update(environment, { kind: "SNAPSHOT", seq: 1, gone: ["timelapse-1"], changed: [] }, 2);
  expect(screen.getByText("Timelapse not found")).toBeVisible();
});

test("shows when the timelapse does not exist", () => {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver(() => ({
    data: { node: null, hideBlockers: [], movieChoices: CHOICES },
  }));
  environment.mock.queuePendingOperation(query, { id: "gone" });
  const queryRef = loadQuery<TimelapsePageQuery>(environment, query, { id: "gone" });
  renderWithRelay(<TimelapsePage queryRef={queryRef} Movies={MovieList} />, environment);
  expect(screen.getByText("Timelapse not found")).toBeVisible();
  expect(screen.getByRole("link", { name: "Show all timelapses" })).toHaveAttribute("href", "/timelapses");
});

test("is live once messages arrive", () => {
  const environment = show(1);
  expect(screen.getByTestId("live-status")).toHaveAttribute("data-status", "starting");
  update(environment, { kind: "SNAPSHOT", seq: 1 }, 1);
  act(() => undefined);
  expect(screen.getByTestId("live-status")).toHaveAttribute("data-status", "live");
});
