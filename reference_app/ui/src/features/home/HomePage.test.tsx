import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, onTestFinished, test, vi } from "vitest";

import { renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import { speak } from "../../languages/choice.ts";
import { messages } from "../../languages/de.po";
import type { HomePageQuery } from "./__generated__/HomePageQuery.graphql";
import query from "./__generated__/HomePageQuery.graphql.ts";
import { HomePage } from "./HomePage.tsx";

const roof = { id: "Camera:1", name: "Roof" };
const garden = { __typename: "Timelapse", id: "Timelapse:1=", name: "Garden", camera: roof };
const silent = {
  id: "WhyLink:Home:0:offline",
  kind: "CAMERA",
  code: "offline",
  message: "Roof is offline.",
  remedy: "Look at its power.",
  since: null,
  subject: { __typename: "Camera", id: "Camera:1", displayName: "Roof" },
  action: null,
};
const idle = {
  ...silent,
  id: "WhyLink:Home:1:no_worker",
  kind: "WORKER",
  code: "no_worker",
  message: "No worker takes tasks from the queue “render”.",
  subject: null,
};
const movie = {
  __typename: "Movie",
  id: "Movie:2",
  displayName: "Movie 2 of Garden",
  state: "RENDERING",
  timelapse: garden,
};
const run = {
  __typename: "Run",
  id: "Run:3",
  displayName: "Import captures",
  stateLabel: "Running",
  done: 40,
  failed: 2,
  total: 100,
  unit: "file",
};

function show(home: object, blockers: readonly object[] = []) {
  const environment = createMockEnvironment();
  const shown = { id: "Home", tiles: [], more: 0, needs: [], making: [], ...home };
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { Home: () => shown, Query: () => ({ blockers }) }),
  );
  environment.mock.queuePendingOperation(query, {});
  return renderWithRelay(
    <HomePage queryRef={loadQuery<HomePageQuery>(environment, query, {})} />,
    environment,
  );
}

test("each tile shows its picture and leads to what it is of", () => {
  show({
    tiles: [
      { ...garden, latestFrame: { largeUrl: "/media/1.jpg", receivedAt: "2026-11-28T14:00:00Z" } },
      { __typename: "Camera", id: "Camera:2", name: "Attic", latestFrame: null },
    ],
    more: 3,
  });
  const [first, second] = screen.getAllByTestId("wall-tile");
  expect(first).toHaveAttribute("href", "/timelapses/Timelapse%3A1%3D");
  expect(first?.querySelector("img")).toHaveAttribute("src", "/media/1.jpg");
  expect(second).toHaveAttribute("href", "/cameras/Camera%3A2");
  expect(second).toHaveTextContent("Attic no timelapse yet · no picture yet");
  expect(screen.getByText(/^3 more/)).toBeVisible();
});

test("a tile says that its picture can't be shown, and shows the next one", () => {
  const frame = { __typename: "Frame", id: "Frame:1", receivedAt: "2026-11-28T14:00:00Z" };
  const { environment } = show({
    tiles: [{ ...garden, latestFrame: { ...frame, largeUrl: "/media/1.jpg" } }],
  });
  const tile = screen.getByTestId("wall-tile");
  fireEvent.error(tile.querySelector("img") ?? document.body);
  expect(tile).toHaveTextContent("This picture can’t be shown");
  expect(tile.querySelector("img")).toBeNull();
  send(environment, running(environment, "useHomeUpdatesSubscription"), {
    HomeUpdate: () => ({
      kind: "SNAPSHOT",
      seq: 1,
      heartbeatSeconds: 5,
      changed: [{ id: "Home", tiles: [{ ...garden, latestFrame: { ...frame, largeUrl: "/media/2.jpg" } }] }],
    }),
  });
  expect(tile.querySelector("img")).toHaveAttribute("src", "/media/2.jpg");
});

test("a timelapse that has ended says so, whatever its camera does, and one that goes on shows its camera", () => {
  const stalled = {
    ...roof,
    state: "active",
    liveness: "STALLED",
    heartbeatAt: "2026-11-28T14:00:00Z",
    nextBy: "2026-11-28T14:00:10Z",
  };
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  show({
    tiles: [at(-2), at(2), null].map((endsAt, place) => ({
      ...garden,
      id: `Timelapse:${String(place)}`,
      endsAt,
      camera: stalled,
    })),
  });
  const [ended, ending, endless] = screen.getAllByTestId("wall-tile");
  expect(ended).toHaveTextContent("Ended2 h ago");
  expect(ended).not.toHaveTextContent("Stalled");
  expect(ending).toHaveTextContent("Stalled");
  expect(endless).toHaveTextContent("Stalled");
});

test("nothing stands above the pictures when all is well", () => {
  show({ tiles: [garden] });
  expect(screen.queryByText("Needs you")).toBeNull();
  expect(screen.queryByText("Making now")).toBeNull();
});

test("what needs somebody says so, and leads to the object or to the queues", () => {
  show({ needs: [silent, idle] });
  const [camera, worker] = screen.getAllByRole("listitem");
  if (!camera || !worker) throw new Error("a line is missing");
  expect(camera).toHaveTextContent("Roof is offline. Look at its power.");
  expect(within(camera).getByRole("link")).toHaveAttribute("href", "/cameras/Camera%3A1");
  expect(within(worker).getByRole("link", { name: "Show queues" })).toHaveAttribute("href", "/operations");
});

test("what is being made shows how far it is", async () => {
  show({ making: [{ ...movie, progress: null }, run] });
  expect(await screen.findByRole("link", { name: "Movie 2 of Garden" })).toBeVisible();
  expect(screen.getByText("Its worker has not reported how far it is.")).toBeVisible();
  expect(screen.getByTestId("making-progress")).not.toHaveAttribute("aria-valuenow");
  expect(screen.getByText("42 of 100 files · 2 failed")).toBeVisible();
});

test("an empty wall says whom to ask for a camera where the viewer can't pair one", () => {
  show({}, [{ message: "Pairing requires a permission.", remedy: "Ask an administrator for it." }]);
  expect(screen.getByText("Ask an administrator for it.")).toBeVisible();
  expect(screen.queryByRole("link", { name: "Pair a camera" })).toBeNull();
});

test("a change replaces what is shown, and an empty wall asks to pair a camera", () => {
  const { environment } = show({ needs: [silent] });
  expect(screen.getByRole("link", { name: "Pair a camera" })).toHaveAttribute("href", "/pair");
  send(environment, running(environment, "useHomeUpdatesSubscription"), {
    HomeUpdate: () => ({
      kind: "SNAPSHOT",
      seq: 1,
      heartbeatSeconds: 5,
      changed: [{ id: "Home", tiles: [garden], more: 0, needs: [], making: [] }],
    }),
  });
  expect(screen.queryByText("Needs you")).toBeNull();
  expect(screen.getByTestId("wall-tile")).toHaveTextContent("Garden");
});

test("the wall goes to the whole screen where the browser can", async () => {
  const requestFullscreen = vi.fn(() => Promise.resolve());
  Object.defineProperty(document, "fullscreenEnabled", { configurable: true, value: true });
  HTMLElement.prototype.requestFullscreen = requestFullscreen;
  show({ tiles: [garden] });
  await userEvent.click(screen.getByRole("button", { name: "Full screen" }));
  expect(requestFullscreen.mock.contexts).toEqual([screen.getByTestId("wall")]);
  Reflect.deleteProperty(document, "fullscreenEnabled");
});

test("is read in German where the page speaks it, the server's own sentences aside", () => {
  speak("de", messages);
  onTestFinished(() => {
    speak("en", {});
  });
  show({
    tiles: [{ __typename: "Camera", id: "Camera:2", name: "Attic", latestFrame: null }],
    needs: [idle],
    more: 3,
  });
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Start");
  expect(screen.getByTestId("wall-tile")).toHaveTextContent("Attic noch kein Zeitraffer · noch kein Bild");
  expect(screen.getByText("3 weitere finden Sie unter Zeitraffer und Kameras.")).toBeVisible();
  const needs = screen.getByRole("region", { name: "Braucht Sie" });
  expect(within(needs).getByRole("link", { name: "Warteschlangen anzeigen" })).toBeVisible();
  expect(needs).toHaveTextContent(idle.message);
});
