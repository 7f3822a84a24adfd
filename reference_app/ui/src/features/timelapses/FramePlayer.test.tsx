import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { FramePlayer } from "./FramePlayer.tsx";

beforeEach(() => {
  // jsdom has neither.
  Object.defineProperty(window, "matchMedia", { configurable: true, value: () => ({ matches: false }) });
  HTMLImageElement.prototype.decode = () => new Promise(() => undefined);
  return () => {
    Reflect.deleteProperty(window, "matchMedia");
    Reflect.deleteProperty(HTMLImageElement.prototype, "decode");
  };
});

function show() {
  return renderWithRelay(<FramePlayer timelapse="timelapse-1" until={1_000_000} onClose={() => undefined} />);
}

function frames(edges: number) {
  return {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    FrameConnection: () => ({
      totalCount: edges,
      pageInfo: { hasNextPage: false, endCursor: null },
      edges: Array.from({ length: edges }, (_, n) => ({
        node: { thumbnailUrl: `/media/thumbnails/${String(n)}.jpg`, hidden: null },
      })),
    }),
  };
}

async function deliver(environment: ReturnType<typeof show>["environment"], edges: number) {
  answer(environment, running(environment, "usePlaybackQuery"), frames(edges)); // how many there are
  await act(async () => Promise.resolve());
  answer(environment, running(environment, "usePlaybackQuery"), frames(edges));
  await act(async () => Promise.resolve());
}

test("says that it loads until it knows whether there are frames", async () => {
  const { environment } = show();
  expect(screen.getByRole("status")).toHaveTextContent("Loading the pictures…");
  await deliver(environment, 0);
  expect(screen.getByRole("status")).toHaveTextContent("There are no frames in this time.");
});

test("does not take a failure for an empty time, and tries again", async () => {
  const { environment } = show();
  act(() => {
    environment.mock.reject(running(environment, "usePlaybackQuery"), new Error("offline"));
  });
  expect(await screen.findByText(/could not be loaded/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await deliver(environment, 3);
  expect(screen.getByAltText("The frame that plays")).toHaveAttribute("src", "/media/thumbnails/0.jpg");
  expect(screen.getByText("1 of 3")).toBeVisible();
});
