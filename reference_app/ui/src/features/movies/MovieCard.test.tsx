import { act, cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test, vi } from "vitest";

import { answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { MovieCardTestQuery } from "./__generated__/MovieCardTestQuery.graphql";
import { MovieList } from "./MovieList.tsx";

const bare = {
  __typename: "Movie",
  id: "movie-7",
  name: "Movie 7",
  state: "QUEUED",
  fps: 30,
  width: 1280,
  height: 720,
  frameCount: 300,
  framesDone: 0,
  durationSeconds: null,
  bytes: null,
  videoUrl: null,
  liveUrl: null,
  downloadUrl: null,
  posterUrl: null,
  thumbnailsUrl: null,
  sound: null as { readonly name: string } | null,
  failure: null,
  leftOut: [],
  progress: null,
  waiting: [],
  cancelRequest: null,
  inTrash: null,
  shareLinks: [],
  availableTransitions: [],
};
const offer = (name: string, label: string, confirm: object | null = null) => ({
  name,
  label,
  kind: "NORMAL",
  confirm,
  asks: false,
  allowed: true,
  reasons: [],
});

function show(...movies: object[]) {
  return showOf("capturing", movies);
}

function showOf(
  state: string,
  movies: readonly object[],
  availableTransitions: readonly object[] = [],
  hasNextPage = false,
) {
  return renderFromQuery<MovieCardTestQuery>({
    query: graphql`
      query MovieCardTestQuery @relay_test_operation {
        node(id: "timelapse-1") {
          ...MovieList_timelapse @alias(as: "timelapse")
        }
      }
    `,
    mocks: {
      Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
      Timelapse: () => ({
        state,
        availableTransitions,
        movies: {
          edges: movies.map((movie) => ({ cursor: "newer", node: { ...bare, ...movie } })),
          pageInfo: { hasNextPage, endCursor: "there" },
        },
      }),
    },
    children: ({ node }) => (node?.timelapse ? <MovieList timelapse={node.timelapse} /> : "nothing"),
  });
}

test("explains how to make the first movie", () => {
  show();
  expect(screen.getByText("No movies yet")).toBeVisible();
});

test("shows older movies page by page, and each movie's name leads to its page", async () => {
  const { environment } = showOf("capturing", [{}], [], true);
  expect(screen.getByRole("link", { name: "Movie 7" })).toHaveAttribute("href", "/movies/movie-7");
  await userEvent.click(screen.getByRole("button", { name: "Show older movies" }));
  answer(environment, running(environment, "MovieListPaginationQuery"), {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    Timelapse: () => ({
      id: "timelapse-1",
      state: "capturing",
      availableTransitions: [],
      movies: {
        edges: [{ cursor: "older", node: { ...bare, id: "movie-1", name: "Movie 1" } }],
        pageInfo: { hasNextPage: false, endCursor: null },
      },
    }),
  });
  expect(screen.getAllByTestId("movie-card")).toHaveLength(2);
  expect(screen.queryByRole("button", { name: "Show older movies" })).toBeNull();
});

test("names no button that an archived timelapse doesn't have", () => {
  showOf("archived", []);
  expect(screen.getByText("No movies")).toBeVisible();
  expect(screen.queryByText(/Press/)).toBeNull();
});

const permission = [{ code: "permission", message: "It takes a permission.", remedy: "Ask somebody." }];
const forOthers = (name: string, label: string) => ({
  ...offer(name, label),
  allowed: false,
  reasons: permission,
});

test("who may not render is asked to press no button, and the cards don't say one by one what is for others", () => {
  showOf("capturing", [], [forOthers("render", "Render")]);
  expect(screen.getByText("The first one appears here when somebody renders it.")).toBeVisible();
  expect(screen.queryByText(/Press/)).toBeNull();
  cleanup();
  show({ state: "READY", availableTransitions: [forOthers("delete", "Delete")] });
  expect(screen.queryByTestId("for-others")).toBeNull();
  expect(screen.queryByRole("button", { name: "Delete" })).toBeNull();
});

test("shows why a movie waits", () => {
  show({ waiting: [{ code: "queue", message: "2 tasks are before it.", remedy: "It starts by itself." }] });
  expect(screen.getByTestId("movie-card")).toHaveAttribute("data-state", "queued");
  expect(screen.getByTestId("movie-waiting")).toHaveTextContent("2 tasks are before it.");
});

test("says that it is being cancelled, asked by whom and when, and offers no second Cancel", () => {
  show({
    state: "RENDERING",
    cancelRequest: { by: "admin", at: new Date(Date.now() - 2500).toISOString(), pauses: false },
    availableTransitions: [offer("pause", "Pause"), offer("cancel", "Cancel")],
  });
  expect(screen.getByTestId("movie-cancelling")).toHaveTextContent("Cancelling, asked by admin 2 s ago");
  expect(within(screen.getByTestId("movie-card")).queryByRole("button")).toBeNull();
});

test("a movie that is being paused can still be cancelled", () => {
  show({
    state: "RENDERING",
    cancelRequest: { by: "admin", at: new Date().toISOString(), pauses: true },
    availableTransitions: [offer("pause", "Pause"), offer("cancel", "Cancel")],
  });
  expect(screen.getByTestId("movie-cancelling")).toHaveTextContent("Pausing, asked by admin");
  expect(
    within(screen.getByTestId("movie-card"))
      .getAllByRole("button")
      .map((button) => button.textContent),
  ).toEqual(["Cancel"]);
});

test("a paused movie is resumed, also when nothing of it is done", () => {
  show({
    state: "PAUSED",
    availableTransitions: [offer("retry", "Retry"), offer("start_over", "Start over")],
  });
  expect(
    within(screen.getByTestId("movie-card"))
      .getAllByRole("button")
      .map((button) => button.textContent),
  ).toEqual(["Resume"]);
});

test("shows the progress of a movie that is rendered, and cancels it", async () => {
  const { environment } = show({
    state: "RENDERING",
    availableTransitions: [offer("cancel", "Cancel")],
    progress: {
      id: "task@/2",
      done: 63,
      total: 300,
      unit: "frame",
      liveness: "ALIVE",
      heartbeatAt: new Date().toISOString(),
      nextBy: new Date(Date.now() + 2000).toISOString(),
      graceSeconds: 3,
      outcome: null,
    },
  });
  expect(screen.getByTestId("movie-progress")).toHaveAttribute("aria-valuenow", "21");
  expect(screen.getByTestId("movie-liveness")).toHaveAttribute("data-liveness", "alive");
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "movie-7", name: "cancel", input: {} },
  });
});

test.each([
  ["before its worker reports", null],
  ["between measuring and rendering", { id: "task@/2", done: 300, total: 300, outcome: "succeeded" }],
])("has a bar %s, and doesn't say how far it is", (_when, progress) => {
  show({ state: "RENDERING", progress });
  expect(screen.getByTestId("movie-progress")).not.toHaveAttribute("aria-valuenow");
  expect(screen.getByText("Its worker has not reported how far it is.")).toBeVisible();
});

test("offers to watch what is finished, and the movie itself when it is ready", async () => {
  const { environment } = show({ state: "RENDERING", liveUrl: "/media/live/7.m3u8" });
  expect(screen.queryByTestId("movie-video")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Watch what is finished" }));
  expect(await screen.findByTestId("live-video")).toHaveAttribute("src", "/media/live/7.m3u8");
  act(() => {
    environment.commitUpdate((store) => {
      store.get("movie-7")?.setValue("READY", "state").setValue("/m/7.mp4", "videoUrl");
    });
  });
  expect(screen.getByTestId("movie-video")).toHaveAttribute("src", "/m/7.mp4");
  expect(screen.queryByTestId("live-video")).toBeNull();
});

test("shows a player for a ready movie", () => {
  show({
    state: "READY",
    videoUrl: "/m/7.mp4",
    downloadUrl: "/m/7.mp4?download",
    posterUrl: "/m/7.jpg",
    durationSeconds: 10,
    bytes: "4600000",
  });
  const video = screen.getByTestId("movie-video");
  expect(video).toHaveAttribute("src", "/m/7.mp4");
  expect(video).toHaveAttribute("poster", "/m/7.jpg");
  expect(screen.getByRole("link", { name: "Download" })).toHaveAttribute("href", "/m/7.mp4?download");
  expect(video).toHaveAttribute("controls");
  expect(video).toHaveAttribute("playsinline");
  expect(video).toHaveProperty("muted", true);
  expect(screen.getByText("300 frames · 10 s · 1280×720 · 30 fps · 4.6 MB")).toBeVisible();
});

test("a movie with sound says so and is not muted", () => {
  show({ state: "READY", videoUrl: "/m/7.mp4", durationSeconds: 10, sound: { name: "Song.mp3" } });
  expect(screen.getByTestId("movie-video")).toHaveProperty("muted", false);
  expect(screen.getByText(/ · with sound$/)).toBeVisible();
});

test("shows small pictures of a movie's moments, which are asked for when somebody looks", async () => {
  const index = "WEBVTT\n\n00:00:00.000 --> 00:00:10.000\n7.jpg#xywh=160,90,160,90\n";
  const asked = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(index));
  show({ state: "READY", videoUrl: "/m/7.mp4", durationSeconds: 10, thumbnailsUrl: "/media/sprites/7.vtt" });
  expect(asked).not.toHaveBeenCalled();
  expect(screen.queryByTestId("movie-thumbnail")).toBeNull();
  const slider = screen.getByRole("slider", { name: "Find a moment" });
  slider.focus();
  expect(await screen.findByTestId("movie-thumbnail")).toHaveStyle({
    width: "160px",
    backgroundImage: "url(/media/sprites/7.jpg)",
    backgroundPosition: "-160px -90px",
  });
  await userEvent.keyboard("{End}");
  expect(screen.getByTestId<HTMLVideoElement>("movie-video").currentTime).toBe(10);
  expect(asked).toHaveBeenCalledExactlyOnceWith("/media/sprites/7.vtt");
  await userEvent.tab();
  expect(screen.queryByTestId("movie-thumbnail")).toBeNull();
  asked.mockRestore();
});

test("a movie that was rendered without small pictures has none to look for", () => {
  show({ state: "READY", videoUrl: "/m/7.mp4", durationSeconds: 10, thumbnailsUrl: null });
  expect(screen.queryByRole("slider", { name: "Find a moment" })).toBeNull();
});

test("shows why a movie failed, what to do, and retries it", async () => {
  const { environment } = show({
    state: "FAILED",
    failure: { code: "disk_full", message: "The disk is full.", remedy: "Free 28 MB." },
    availableTransitions: [offer("retry", "Retry")],
  });
  expect(screen.getByTestId("movie-failure")).toHaveTextContent("The disk is full.Free 28 MB.");
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  answer(environment, running(environment, "useTransitionMutation"), {
    TransitionPayload: () => ({
      created: null,
      object: null,
      deletedId: null,
      errors: [{ message: "Still full.", remedy: "Free more." }],
    }),
  });
  expect(await screen.findByText("Still full.")).toBeVisible();
});

test("says how much of a stopped movie is done, when it can be resumed", async () => {
  const { environment } = show({
    state: "CANCELLED",
    frameCount: 1177,
    framesDone: 45,
    availableTransitions: [offer("retry", "Retry"), offer("start_over", "Start over")],
  });
  expect(screen.getByRole("button", { name: "Start over" })).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Resume (45 of 1,177 done)" }));
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "movie-7", name: "retry", input: {} },
  });
});

test("lists each frame that was left out", async () => {
  show({ leftOut: [{ frame: "000031.jpg", reason: "truncated" }] });
  await userEvent.click(screen.getByText("1 frame left out"));
  expect(screen.getByText("000031.jpg")).toBeVisible();
  expect(screen.getByText(/truncated/)).toBeVisible();
});

test("a deleted movie leaves the list at once, and undoing it brings it back", async () => {
  const { environment } = show(
    { id: "movie-8", name: "Movie 8" },
    { bytes: 7, availableTransitions: [offer("trash", "Delete")] },
  );
  const become = (state: string, undo: string | null) => {
    answer(environment, running(environment, "useTransitionMutation"), {
      TransitionPayload: () => ({
        created: null,
        deletedId: null,
        undo,
        errors: [],
        object: { ...bare, state, displayName: "Movie 7 of Garden" },
      }),
    });
  };
  await userEvent.click(screen.getByRole("button", { name: "Delete" }));
  become("trashed", "restore");
  expect(screen.getAllByTestId("movie-card")).toHaveLength(1);
  expect(await screen.findByText("Movie 7 of Garden: In the trash")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "movie-7", name: "restore" },
  });
  become("ready", null);
  expect(screen.getAllByTestId("movie-card")).toHaveLength(2);
});
