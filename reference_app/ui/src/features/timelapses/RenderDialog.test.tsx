import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { afterEach, expect, test, vi } from "vitest";

import { allRunning, answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { RenderDialogTestQuery } from "./__generated__/RenderDialogTestQuery.graphql";
import { RenderPanel } from "./RenderPanel.tsx";
import type { ChosenStretch } from "./StretchChoice.tsx";

const field = { unit: "", minimum: null, maximum: null, choices: [], help: "" };
const groups = [
  {
    name: "selection",
    label: "Which frames",
    fields: [
      { ...field, name: "skipDark", kind: "YES_OR_NO", label: "Leave out dark frames", default: false },
      { ...field, name: "every", kind: "WHOLE_NUMBER", label: "One frame of", default: 1, minimum: 1 },
    ],
  },
  {
    name: "style",
    label: "What is added",
    fields: [
      { ...field, name: "deflicker", kind: "YES_OR_NO", label: "Even light", default: false },
      { ...field, name: "endText", kind: "TEXT", label: "Last words", default: "", maximum: 100 },
    ],
  },
];
const plain = { selection: { skipDark: false, every: 1 }, style: { deflicker: false, endText: "" } };
const presets = [
  { name: "plain", label: "Every picture as it is", values: plain },
  {
    name: "plants",
    label: "Plants",
    values: { selection: { skipDark: true, every: 1 }, style: { deflicker: true, endText: "" } },
  },
];

const sound = {
  name: "sound",
  label: "Sound",
  fields: [
    {
      ...field,
      name: "repeats",
      kind: "CHOICE",
      label: "When it ends before the movie",
      default: true,
      choices: [
        { value: true, label: "Play it again" },
        { value: false, label: "Play it once" },
      ],
    },
    { ...field, name: "volume", kind: "NUMBER", label: "Volume", default: 100, unit: "%" },
  ],
};

const soundLimit = {
  bytes: 10,
  reason: { message: "The file is larger than 10 B.", remedy: "Choose a shorter one." },
};

afterEach(() => {
  vi.unstubAllGlobals();
});

async function choose(file: File, status: number, answered: object) {
  const send = vi.fn(() => Promise.resolve(Response.json(answered, { status })));
  vi.stubGlobal("fetch", send);
  await userEvent.upload(screen.getByTestId("sound-file"), file);
  return send;
}

async function open(stretch: ChosenStretch | null = null) {
  const { environment } = renderFromQuery<RenderDialogTestQuery>({
    query: graphql`
      query RenderDialogTestQuery @relay_test_operation {
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
        availableTransitions: [{ name: "render", label: "Render", allowed: true, reasons: [] }],
      }),
    },
    children: ({ node, movieChoices }) =>
      node?.timelapse ? (
        <RenderPanel timelapse={node.timelapse} choices={movieChoices} stretch={stretch} />
      ) : (
        "nothing"
      ),
  });
  if (stretch === null) await userEvent.click(screen.getByRole("button", { name: "More options…" }));
  await act(async () => {
    await import("./RenderDialog.tsx");
  });
  answer(environment, running(environment, "RenderDialogQuery"), {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    ID: () => "timelapse-1",
    Timelapse: () => ({ timezone: "America/New_York" }),
    RenderForm: () => ({
      longestTitle: 80,
      firstCapturedAt: "2026-06-01T12:00:00.400Z",
      lastCapturedAt: "2026-06-02T12:00:00.400Z",
      presets,
      groups,
      sound,
      soundLimit,
    }),
  });
  await screen.findByRole("dialog", { name: "Options of the movie" });
  return environment;
}

async function press() {
  const dialog = screen.getByRole("dialog");
  await userEvent.click(
    [...dialog.querySelectorAll("button")].find(({ type }) => type === "submit") as Element,
  );
}

const untouched = { timelapse: "timelapse-1", fps: 30, width: null, height: null, title: "" };

test("what nobody changes is left to the server", async () => {
  const environment = await open();
  await press();
  expect(running(environment, "useRenderTimelapseMutation").request.variables).toEqual({ input: untouched });
});

test("a preset fills the fields, and a change makes it one's own choice", async () => {
  const environment = await open();
  await userEvent.click(screen.getByRole("combobox", { name: "Made for" }));
  await userEvent.click(screen.getByRole("option", { name: "Plants" }));
  expect(screen.getByRole("checkbox", { name: "Leave out dark frames" })).toBeChecked();
  expect(screen.getByRole("combobox", { name: "Made for" })).toHaveTextContent("Plants");
  await userEvent.click(screen.getByRole("checkbox", { name: "Even light" }));
  expect(screen.getByRole("combobox", { name: "Made for" })).toHaveTextContent("My own choice");
  await userEvent.type(screen.getByRole("textbox", { name: "Last words" }), "The end");
  await userEvent.type(screen.getByRole("textbox", { name: "Title" }), "Summer");
  await press();
  expect(running(environment, "useRenderTimelapseMutation").request.variables).toEqual({
    input: { ...untouched, title: "Summer", selection: { skipDark: true }, style: { endText: "The end" } },
  });
});

test("a time is chosen between the first frame and the last, by the clock of the camera", async () => {
  const environment = await open();
  const [from, to] = ["From", "To"].map((label) => screen.getByLabelText<HTMLInputElement>(label));
  expect(from?.value).toMatch(/^2026-06-01T08:00/);
  expect(to?.value).toMatch(/^2026-06-02T08:00:01/);
  expect(from).toHaveAccessibleDescription("By the clock of America/New_York, as the frames");
  await userEvent.clear(from as Element);
  await userEvent.type(from as Element, "2026-06-01T23:00:00");
  await press();
  expect(running(environment, "useRenderTimelapseMutation").request.variables).toEqual({
    input: { ...untouched, from: "2026-06-02T03:00:00.000Z" },
  });
});

test("a part that was chosen elsewhere is the time at once, with the frames at both ends", async () => {
  const environment = await open({
    from: Date.parse("2026-06-01T13:00:00.700Z"),
    to: Date.parse("2026-06-01T14:00:00.700Z"),
  });
  await press();
  expect(running(environment, "useRenderTimelapseMutation").request.variables).toEqual({
    input: { ...untouched, from: "2026-06-01T13:00:00.000Z", to: "2026-06-01T14:00:01.000Z" },
  });
});

test("the estimate follows the choice, and says when there would be no movie", async () => {
  const environment = await open();
  await userEvent.click(screen.getByRole("checkbox", { name: "Leave out dark frames" }));
  const asked = await waitFor(() => {
    const found = allRunning(environment, "useRenderEstimateQuery").find(
      ({ request }) => request.variables.selection !== null,
    );
    if (!found) throw new Error("It has not asked yet.");
    return found;
  });
  expect(asked.request.variables.selection).toEqual({ skipDark: true });
  answer(environment, asked, {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    ID: () => "timelapse-1",
    Timelapse: () => ({ renderEstimate: null }),
  });
  expect(await screen.findByText("No movie can be made with these options.")).toBeVisible();
});

test("a sound is sent when it is chosen, and its hash when the movie is asked for", async () => {
  const environment = await open();
  const file = new File(["sound"], "My song.mp3", { type: "audio/mpeg" });
  const stored = { sha256: "abc", name: "My song.mp3", seconds: 65 };
  const send = await choose(file, 201, { sound: stored });
  expect(send).toHaveBeenCalledWith(
    "/media/sounds/?name=My%20song.mp3",
    expect.objectContaining({ body: file }),
  );
  expect(await screen.findByTestId("sound-chosen")).toHaveTextContent("My song.mp3, 1 min 5 s");
  await userEvent.click(screen.getByRole("combobox", { name: "When it ends before the movie" }));
  await userEvent.click(screen.getByRole("option", { name: "Play it once" }));
  await press();
  expect(running(environment, "useRenderTimelapseMutation").request.variables).toEqual({
    input: { ...untouched, sound: { sha256: "abc", repeats: false, volume: 100 } },
  });
});

test("a file that is larger than the server's limit isn't sent, and the server's reason is shown", async () => {
  await open();
  const stored = { sha256: "abc", name: "short.mp3", seconds: 5 };
  const tooLarge = new File(["11 bytes..."], "long.mp3", { type: "audio/mpeg" });
  expect(await choose(tooLarge, 201, { sound: stored })).not.toHaveBeenCalled();
  expect(screen.getByRole("alert")).toHaveTextContent("The file is larger than 10 B. Choose a shorter one.");
  await choose(new File(["ten bytes."], "short.mp3", { type: "audio/mpeg" }), 201, { sound: stored });
  expect(await screen.findByTestId("sound-chosen")).toHaveTextContent("short.mp3");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a file that is refused says why, and a sound can be removed again", async () => {
  const environment = await open();
  const error = { code: "sound_unusable", message: "The file is damaged.", remedy: "Save it anew." };
  await choose(new File(["?"], "broken.mp3", { type: "audio/mpeg" }), 422, { error });
  expect(await screen.findByRole("alert")).toHaveTextContent("The file is damaged. Save it anew.");
  const stored = { sha256: "abc", name: "good.mp3", seconds: 5 };
  await choose(new File(["!"], "good.mp3", { type: "audio/mpeg" }), 201, { sound: stored });
  await userEvent.click(await screen.findByRole("button", { name: "Remove the sound" }));
  expect(screen.queryByRole("alert")).toBeNull();
  await press();
  expect(running(environment, "useRenderTimelapseMutation").request.variables).toEqual({ input: untouched });
});
