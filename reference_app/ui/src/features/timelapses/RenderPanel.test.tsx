import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { RenderPanelTestQuery } from "./__generated__/RenderPanelTestQuery.graphql";
import { RenderPanel } from "./RenderPanel.tsx";

const render = { name: "render", label: "Render", allowed: true, reasons: [] };

function show(timelapse: object) {
  return renderFromQuery<RenderPanelTestQuery>({
    query: graphql`
      query RenderPanelTestQuery @relay_test_operation {
        movieChoices {
          ...RenderPanel_choices
        }
        node(id: "timelapse-1") {
          ...RenderPanel_timelapse @alias(as: "timelapse")
        }
      }
    `,
    mocks: {
      MovieChoices: () => ({ speeds: [30, 60], defaultSpeed: 30, sizes: [{ width: 1920, height: 1080 }] }),
      Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
      Timelapse: () => ({
        id: "timelapse-1",
        frameCount: 300,
        locks: [],
        availableTransitions: [render],
        ...timelapse,
      }),
    },
    children: ({ node, movieChoices }) =>
      node?.timelapse ? <RenderPanel timelapse={node.timelapse} choices={movieChoices} /> : "nothing",
  });
}

test("shows the number of frames and the length of the movie", () => {
  show({});
  expect(screen.getByTestId("frame-count")).toHaveTextContent("300");
  expect(screen.getByText(/make a movie of 10 s/)).toBeVisible();
});

test("those who may not render see the number of frames and nothing to render with", () => {
  show({ availableTransitions: [{ ...render, allowed: false, reasons: [{ code: "permission" }] }] });
  expect(screen.getByRole("region", { name: "Frames" })).toHaveTextContent("300 frames");
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.queryByRole("combobox")).toBeNull();
});

test("says how large the movie will be and how long it takes, before the click", async () => {
  const { environment } = show({});
  expect(screen.getByTestId("render-estimate")).toHaveTextContent("Estimating size and time…");
  const asked = running(environment, "useRenderEstimateQuery");
  expect(asked.request.variables).toMatchObject({
    timelapse: "timelapse-1",
    fps: 30,
    width: null,
    height: null,
  });
  answer(environment, asked, {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    ID: () => "timelapse-1",
    RenderEstimate: () => ({
      width: 1440,
      height: 1080,
      lowBytes: 2_100_000,
      highBytes: 3_400_000,
      lowRenderSeconds: 12,
      highRenderSeconds: 19,
    }),
  });
  expect(await screen.findByText("1440×1080 · 2.1 MB to 3.4 MB · rendering takes 12–19 s")).toBeVisible();
});

test("says that nothing is known before the first movie", async () => {
  const { environment } = show({});
  answer(environment, running(environment, "useRenderEstimateQuery"), {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    ID: () => "timelapse-1",
    RenderEstimate: () => ({
      width: 640,
      height: 360,
      lowBytes: null,
      highBytes: null,
      lowRenderSeconds: null,
      highRenderSeconds: null,
    }),
  });
  expect(await screen.findByText(/640×360; size and time are known after the first movie/)).toBeVisible();
});

test("says that the estimate failed, and still renders", async () => {
  const { environment } = show({});
  act(() => {
    environment.mock.reject(running(environment, "useRenderEstimateQuery"), new Error("offline"));
  });
  expect(await screen.findByText("Size and time could not be estimated.")).toBeVisible();
  expect(screen.getByTestId("render-button")).toBeEnabled();
});

test("requests a movie shaped as the pictures unless a size is chosen", async () => {
  const { environment } = show({});
  await userEvent.click(screen.getByTestId("render-button"));
  expect(running(environment, "useRenderTimelapseMutation").request.variables).toEqual({
    input: { timelapse: "timelapse-1", fps: 30, width: null, height: null },
  });
});

test("requests a movie at the chosen speed and size", async () => {
  const { environment } = show({});
  await userEvent.click(screen.getByRole("combobox", { name: "Speed" }));
  await userEvent.click(screen.getByRole("option", { name: "60 fps" }));
  expect(screen.getByText(/make a movie of 5.0 s/)).toBeVisible();
  const size = screen.getByRole("combobox", { name: "Size" });
  expect(size).toHaveTextContent("As the pictures");
  await userEvent.click(size);
  await userEvent.click(screen.getByRole("option", { name: "1920 × 1080" }));
  await userEvent.click(screen.getByTestId("render-button"));
  const operation = running(environment, "useRenderTimelapseMutation");
  expect(operation.request.variables).toEqual({
    input: { timelapse: "timelapse-1", fps: 60, width: 1920, height: 1080 },
  });
});

test("shows the reasons as soon as the answer arrives", async () => {
  const { environment } = show({});
  await userEvent.click(screen.getByTestId("render-button"));
  const reasons = [{ code: "held", message: "Render is held by Movie 7.", remedy: "Wait till it is done." }];
  answer(environment, running(environment, "useRenderTimelapseMutation"), {
    RenderTimelapsePayload: () => ({ errors: [] }),
    Timelapse: () => ({
      id: "timelapse-1",
      frameCount: 300,
      locks: [],
      availableTransitions: [{ ...render, allowed: false, reasons }],
    }),
  });
  expect(await screen.findByText("Something else has to end first.")).toBeVisible();
  expect(screen.getByTestId("render-button")).toHaveAttribute("aria-disabled", "true");
});

test("says behind what the new movie waits", async () => {
  const { environment } = show({ locks: [{ lock: "render", why: "Movie 7", token: 3 }] });
  expect(
    screen.getByText("A movie is being rendered. Another one waits until it is its turn."),
  ).toBeVisible();
  await userEvent.click(screen.getByTestId("render-button"));
  const waiting = [
    { code: "behind_rendering", message: "It waits behind Movie 7, which is being rendered.", remedy: "" },
    { code: "behind", message: "It waits behind Movie 8.", remedy: "" },
  ];
  answer(environment, running(environment, "useRenderTimelapseMutation"), {
    RenderTimelapsePayload: () => ({ errors: [] }),
    Timelapse: () => ({ id: "timelapse-1", frameCount: 300, locks: [], availableTransitions: [render] }),
    Movie: () => ({ name: "Movie 9", waiting }),
  });
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent(
    "Movie 9 is queued.It waits behind Movie 7, which is being rendered. It waits behind Movie 8.",
  );
});

test("has no button when the server does not offer it", () => {
  show({ availableTransitions: [] });
  expect(screen.queryByTestId("render-button")).toBeNull();
});

test("shows the locks that are held on the timelapse", () => {
  show({
    locks: [
      {
        lock: "render",
        holder: "worker-1",
        since: new Date(Date.now() - 5000).toISOString(),
        why: "Movie 7",
        token: 3,
        cancelRequestedBy: "editor",
      },
    ],
  });
  const holds = screen.getByRole("list", { name: "Held locks" });
  expect(holds).toHaveTextContent("Movie 7 has held the lock “render” for 5 s");
  expect(holds).toHaveTextContent("worker-1, cancel requested by editor");
});
