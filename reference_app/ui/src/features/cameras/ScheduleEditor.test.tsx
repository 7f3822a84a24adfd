import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import type { MockEnvironment } from "relay-test-utils";
import { beforeEach, expect, test, vi } from "vitest";

import { allRunning, answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { ScheduleEditor } from "./ScheduleEditor.tsx";

const DATES = [23, 24, 25, 26, 27, 28, 29].map((day) => `2026-11-${String(day)}`);
const PRESETS = ["DAYLIGHT", "DAWN_TO_DUSK", "ALWAYS"].map((name) => ({
  name,
  chosen: false,
  problem: null,
}));
const span = (beginMinute: number, endMinute: number) => ({ beginMinute, endMinute });
const MORNING = [span(360, 720)];

const week = (over: object = {}, day: object = {}) => ({
  timezone: "Europe/Zurich",
  windows: "06:00..12:00",
  days: DATES.map((date) => ({
    day: date,
    open: MORNING,
    followsSun: [],
    daylight: [span(462, 1002)],
    twilight: [span(428, 1036)],
    ...day,
  })),
  presets: PRESETS,
  problems: [],
  ...over,
});

/** The form's text beside the editor, as in the form of a camera's settings. */
function Form() {
  const [windows, setWindows] = useState("06:00..12:00");
  const filled = { interval_s: 30, "schedule.windows": windows, "schedule.latitude": 47.4 };
  return (
    <>
      <output>{windows}</output>
      <ScheduleEditor camera="camera-1" filled={filled} onWindows={setWindows} />
    </>
  );
}

function respond(environment: MockEnvironment, given: object | null) {
  answer(environment, running(environment, "useScheduleWeekQuery"), {
    Node: () => ({ __typename: "Camera", id: "camera-1" }),
    ID: () => "camera-1",
    Camera: () => ({ scheduleWeek: given }),
  });
}

async function show(given: object = week()) {
  const { environment } = renderWithRelay(<Form />);
  respond(environment, given);
  return { environment, grid: await screen.findByRole("grid") };
}

const asked = (environment: MockEnvironment) =>
  running(environment, "useScheduleWeekQuery").request.variables as { edit?: object; configuration: object };

beforeEach(() => {
  Element.prototype.setPointerCapture = vi.fn();
});

test("says of each day when it is open, and where the sun is", async () => {
  const { grid } = await show();
  const rows = within(grid).getAllByRole("rowheader");
  expect(rows).toHaveLength(7);
  expect(rows[0]).toHaveTextContent("Mon: 06:00 to 12:00; sun from 07:42 to 16:42");
  expect(screen.getByText("Times of Europe/Zurich.")).toBeVisible();
});

test("asks about the windows and what they depend on, and about nothing else", () => {
  const { environment } = renderWithRelay(<Form />);
  expect(asked(environment).configuration).toEqual({
    "schedule.windows": "06:00..12:00",
    "schedule.latitude": 47.4,
  });
});

test("arrow keys, Shift and Space close what is selected, and the text follows", async () => {
  const { environment, grid } = await show();
  grid.focus();
  await userEvent.keyboard(
    "{ArrowLeft}{Control>}{ArrowLeft}{/Control}{Shift>}{ArrowDown}{ArrowRight}{/Shift}",
  );
  const cell = within(grid).getByRole("gridcell");
  expect(grid).toHaveAttribute("aria-activedescendant", cell.id);
  expect(cell).toHaveAccessibleName("Tuesday 11:00 to 11:15, open");
  expect(cell).toHaveAttribute("aria-selected", "true");
  expect(screen.getByTestId("week-status")).toHaveTextContent("Mon to Tue 10:45 to 11:15: close it.");
  await userEvent.keyboard(" ");
  expect(asked(environment).edit).toEqual({
    close: { weekdays: [0, 1], beginMinute: 645, endMinute: 675 },
  });
  const windows = "wed-sun 06:00..12:00\nmon,tue 06:00..10:45";
  respond(environment, week({ windows }, { open: [span(360, 645)] }));
  await waitFor(() => {
    expect(screen.getByText(/mon,tue/)).toBeVisible();
  });
  expect(screen.getByTestId("week-status")).toHaveTextContent("Tuesday: 06:00 to 10:45; sun from");
});

test("dragging over closed cells opens them, and a scroll by touch changes nothing", async () => {
  const { environment, grid } = await show();
  const tracks = [...grid.querySelectorAll("[data-day]")];
  tracks.forEach((track, row) => {
    track.getBoundingClientRect = () => new DOMRect(40, row * 30, 960, 30);
  });
  const drag = [
    { keys: "[MouseLeft>]", target: tracks[4] ?? grid, coords: { clientX: 41 + 72 * 10, clientY: 125 } },
    { target: tracks[5] ?? grid, coords: { clientX: 48 + 79 * 10, clientY: 155 } },
  ];
  const user = userEvent.setup();
  await user.pointer(drag);
  expect(screen.getByTestId("week-status")).toHaveTextContent("Fri to Sat 18:00 to 20:00: open it.");
  fireEvent.pointerCancel(grid);
  await user.pointer({ keys: "[/MouseLeft]" });
  expect(allRunning(environment, "useScheduleWeekQuery")).toHaveLength(0);
  await user.pointer([...drag, { keys: "[/MouseLeft]" }]);
  await waitFor(() => {
    expect(asked(environment).edit).toEqual({
      open: { weekdays: [4, 5], beginMinute: 1080, endMinute: 1200 },
    });
  });
});

test("edits are made one after the other, each on the text of the one before", async () => {
  const { environment } = await show();
  await userEvent.click(screen.getByRole("button", { name: "Always" }));
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(allRunning(environment, "useScheduleWeekQuery")).toHaveLength(1);
  expect(asked(environment).edit).toEqual({ preset: "ALWAYS" });
  respond(environment, week({ windows: "00:00..24:00" }));
  await waitFor(() => {
    expect(asked(environment)).toMatchObject({
      configuration: { "schedule.windows": "00:00..24:00" },
      edit: { close: { weekdays: [0, 1, 2, 3, 4], beginMinute: 360, endMinute: 1080 } },
    });
  });
});

test("exact times reach up to midnight, on the days that are chosen", async () => {
  const { environment } = await show();
  for (const day of ["Mon", "Tue", "Wed", "Thu"]) {
    await userEvent.click(screen.getByRole("button", { name: day }));
  }
  fireEvent.change(screen.getByLabelText("From"), { target: { value: "06:07" } });
  fireEvent.change(screen.getByLabelText("To"), { target: { value: "00:00" } });
  await userEvent.click(screen.getByRole("button", { name: "Open" }));
  expect(asked(environment).edit).toEqual({ open: { weekdays: [4], beginMinute: 367, endMinute: 1440 } });
});

test("an edit that is refused leaves the text, and says why", async () => {
  const { environment } = await show();
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  const problems = [{ message: "Nothing would be left open.", remedy: "Open another time first." }];
  respond(environment, week({ windows: "06:00..12:00", problems }));
  expect(await screen.findByText("Nothing would be left open. Open another time first.")).toBeVisible();
  expect(screen.getByText("06:00..12:00")).toBeVisible();
});

test("windows that nobody has set are not shown as closed", async () => {
  const { grid } = await show(week({ windows: null }, { open: [] }));
  expect(within(grid).getAllByRole("rowheader")[0]).toHaveTextContent("Mon: not set");
  expect(within(grid).getByRole("gridcell")).toHaveAccessibleName("Monday 12:00 to 12:15, not set");
  expect(screen.getByText(/the agent’s own file apply/)).toBeVisible();
});

test("says what an edit does to windows that follow the sun, and what a preset lacks", async () => {
  const problem = { message: "It needs a place.", remedy: "Set latitude and longitude." };
  const presets = PRESETS.map((preset) => ({
    ...preset,
    problem: preset.name === "ALWAYS" ? null : problem,
  }));
  await show(week({ presets, timezone: null }, { followsSun: MORNING, daylight: null, twilight: null }));
  expect(screen.getByText(/it becomes fixed times on those days/)).toBeVisible();
  expect(screen.getByText("It needs a place. Set latitude and longitude.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Daylight" })).toBeDisabled();
  expect(screen.getByText("The camera’s time zone is not known yet.")).toBeVisible();
});

test("a week that can’t be read shows why, and that the server was not reached", async () => {
  const problems = [{ message: "'06:00..' is no window.", remedy: "Write '06:30..20:00'." }];
  const { environment } = renderWithRelay(<Form />);
  respond(environment, week({ days: null, problems }));
  expect(await screen.findByText(/is no window/)).toBeVisible();
  expect(screen.queryByRole("grid")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Always" }));
  act(() => {
    environment.mock.reject(running(environment, "useScheduleWeekQuery"), new Error("unreachable"));
  });
  expect(await screen.findByText(/could not be asked about this week/)).toBeVisible();
});
