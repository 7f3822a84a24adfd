import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { afterEach, expect, test, vi } from "vitest";

import { allRunning, answer, renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import type { CameraPageQuery } from "./__generated__/CameraPageQuery.graphql";
import query from "./__generated__/CameraPageQuery.graphql.ts";
import { CameraPage } from "./CameraPage.tsx";

const DAY = { since: "2026-11-23T00:00:00Z", until: "2026-11-24T00:00:00Z" };

afterEach(() => {
  vi.useRealTimers();
});

const offer = (name: string, allowed = true) => ({
  name,
  label: name,
  allowed,
  reasons: allowed ? [] : [{ code: "under_way", message: "It is under way already.", remedy: "Wait." }],
});

const roof = (over: object = {}) => ({
  __typename: "Camera",
  id: "camera-1",
  name: "Roof",
  driver: "picamera2",
  model: "",
  agentState: "capturing",
  stateDetail: "",
  liveness: "ALIVE",
  beatAt: new Date().toISOString(),
  nextBy: new Date(Date.now() + 5000).toISOString(),
  graceSeconds: 10,
  frameCount: 1204,
  storedBytes: 3_600_000_000,
  spoolPending: 40,
  spoolBytes: 120_000_000,
  spoolRefused: 0,
  drainSeconds: 200,
  diskFree: 1_000_000_000,
  diskTotal: 32_000_000_000,
  versions: { agent: "0.1.0" },
  health: {
    clock: "estimated",
    dropped: 3,
    exported: 0,
    oldestWaitingAt: null,
    batteryPercent: 12,
    driverBatteryPercent: null,
    temperatureCelsius: 48.3,
    throttled: ["under_voltage"],
    memoryBytes: 29_360_128,
    uptimeSeconds: 83,
    network: "wlan0",
    warnings: ["The card is full in about 3 h."],
  },
  latestFrame: { imageUrl: "/f/7.jpg", capturedAt: "2026-11-23T12:00:00Z", clock: "synced", sequence: 7 },
  preview: { imageUrl: "/p/8.jpg", capturedAt: "2026-11-23T12:00:08Z", clock: "synced" },
  availableCommands: [offer("capture", false), offer("preview")],
  availableTransitions: [],
  configRevision: 1,
  configError: "",
  configuration: {
    revision: 1,
    intervalSeconds: 30,
    schedule: null,
    exposure: null,
    delivery: null,
    wishedBy: null,
    wishedAt: null,
  },
  configureBlockers: [],
  commands: [],
  quarantined: [],
  quarantinedCount: 0,
  log: [],
  timeline: { ...DAY, bucketSeconds: 60, expected: 2, moreGaps: 0, buckets: [], gaps: [] },
  ...over,
});

function show(camera: object | null) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    camera === null
      ? { data: { node: null } }
      : MockPayloadGenerator.generate(operation, { Node: () => camera, Camera: () => camera }),
  );
  environment.mock.queuePendingOperation(query, { id: "camera-1", ...DAY });
  const queryRef = loadQuery<CameraPageQuery>(environment, query, { id: "camera-1", ...DAY });
  renderWithRelay(
    <Suspense fallback="loading">
      <CameraPage queryRef={queryRef} />
    </Suspense>,
    environment,
  );
  return environment;
}

test("shows the preview while it is newer than the last frame", () => {
  show(roof());
  expect(screen.getByTestId("camera-sight")).toHaveAttribute("src", "/p/8.jpg");
  expect(screen.getByText("its original still waits on the camera")).toBeVisible();
});

test("shows the last frame once it is the newest", () => {
  show(roof({ preview: null }));
  expect(screen.getByTestId("camera-sight")).toHaveAttribute("src", "/f/7.jpg");
});

test("says how the camera does", () => {
  show(roof());
  expect(screen.getByTestId("camera-liveness")).toHaveTextContent("Alive");
  expect(screen.getByTestId("spool")).toHaveTextContent("40 captures, 120 MB; empty in about 3 min 20 s");
  expect(screen.getByTestId("spool")).toHaveTextContent("3 dropped to make room");
  expect(screen.getByText("48.3 °C")).toBeVisible();
  expect(screen.getByText("Under voltage")).toBeVisible();
  expect(screen.getByText("12 %")).toBeVisible();
  expect(screen.getByText("Estimated")).toBeVisible();
  expect(screen.getByText("Nearly full")).toBeVisible();
  expect(screen.getByText("The card is full in about 3 h.")).toBeVisible();
  expect(screen.queryByText("Camera’s battery")).toBeNull();
});

test("says that a camera which was revoked is not listened to, whatever its agent said last", () => {
  show(roof({ state: "revoked" }));
  expect(screen.getByText("until it is paired again")).toBeVisible();
  expect(screen.queryByText("Capturing")).toBeNull();
});

test("says that a spool which is filled faster than it is drained grows", () => {
  show(roof({ drainSeconds: null }));
  expect(screen.getByTestId("spool")).toHaveTextContent("grows: it films faster than it delivers");
});

test("gives the commands that the server allows, and says why it does not allow the others", async () => {
  const environment = show(roof());
  const blocked = screen.getByTestId("command-capture");
  expect(blocked).toHaveAttribute("aria-disabled", "true");
  expect(blocked).toHaveAccessibleDescription(/under way already/);
  await userEvent.click(screen.getByTestId("command-preview"));
  const operation = running(environment, "useGiveCommandPreviewMutation");
  expect(operation.request.variables).toEqual({ input: { camera: "camera-1" } });
  const given = {
    id: "c1",
    label: "Request preview",
    state: "waiting",
    message: "",
    askedBy: "admin",
    askedAt: new Date().toISOString(),
    toldAt: null,
  };
  answer(environment, operation, {
    CommandCameraPayload: () => ({ errors: [] }),
    Camera: () => roof({ commands: [given] }),
  });
  expect(await screen.findByTestId("command")).toHaveTextContent(/asked by admin.*next heartbeat/);
});

test("follows the camera live", () => {
  const environment = show(roof());
  const done = { id: "c1", label: "Capture now", state: "failed", message: "No answer.", askedBy: "admin" };
  send(environment, running(environment, "useCameraPageSubscription"), {
    CameraUpdate: () => ({ kind: "SNAPSHOT", seq: 1, beatSeconds: 5 }),
    Camera: () => roof({ spoolPending: 0, commands: [{ ...done, askedAt: new Date().toISOString() }] }),
  });
  expect(screen.getByTestId("spool")).toHaveTextContent("nothing waits");
  expect(screen.getByTestId("command")).toHaveTextContent("No answer.");
});

test("shows where frames are missing, and why", async () => {
  const gap = (minute: number, why: string) => ({
    beginsAt: `2026-11-23T12:${String(minute).padStart(2, "0")}:00Z`,
    endsAt: `2026-11-23T12:${String(minute + 2).padStart(2, "0")}:00Z`,
    why,
    detail: `detail ${String(minute)}`,
    missed: 4,
  });
  const gaps = [
    gap(0, "unknown"),
    ...[10, 20, 30, 40].map((minute) => gap(minute, "not_delivered")),
    gap(50, "card_full"),
  ];
  const timeline = { ...roof().timeline, buckets: [{ at: DAY.since, frames: 2 }], gaps, moreGaps: 2 };
  show(roof({ timeline }));
  expect(screen.getByRole("img", { name: "2 frames, 6 gaps" })).toBeVisible();
  const shown = screen.getAllByTestId("gap");
  expect(shown).toHaveLength(5);
  expect(shown[0]).toHaveTextContent(/The card was full.*2 min, 4 frames missing.*detail 50/);
  await userEvent.click(screen.getByRole("button", { name: "Show all 6" }));
  expect(screen.getAllByTestId("gap")[5]).toHaveTextContent("Nobody told why");
  expect(screen.getByText("and 2 older gaps")).toBeVisible();
});

test("looks further back when asked to", async () => {
  const environment = show(roof());
  await userEvent.click(screen.getByRole("button", { name: "week" }));
  const { since, until } = running(environment, "CameraTimelineRefetchQuery").request.variables as typeof DAY;
  expect(Date.parse(until) - Date.parse(since)).toBe(7 * 24 * 3_600_000);
});

test("looks at the timeline anew at once when something was delivered, and with a pause when much is", () => {
  vi.useFakeTimers();
  const environment = show(roof());
  const deliver = (...counts: number[]) => {
    for (const frameCount of counts)
      send(environment, running(environment, "useCameraPageSubscription"), {
        CameraUpdate: () => ({ kind: "DELTA", seq: frameCount, beatSeconds: 5 }),
        Camera: () => roof({ frameCount }),
      });
  };
  const looks = (ms: number) => {
    act(() => {
      vi.advanceTimersByTime(ms);
    });
    return allRunning(environment, "CameraTimelineRefetchQuery").length;
  };
  deliver(1204);
  expect(looks(0)).toBe(0);
  deliver(1205);
  expect(looks(0)).toBe(1);
  answer(environment, running(environment, "CameraTimelineRefetchQuery"), { Camera: () => roof() });
  deliver(1206, 1207);
  expect(looks(1000)).toBe(0);
  deliver(1208);
  expect(looks(4000)).toBe(1);
});

test("lists what is in quarantine and what the agent logged", () => {
  const file = { id: "q1", name: "x.jpg", message: "It ends early.", bytes: 900, kept: false };
  const message = { id: "l1", at: "2026-11-23T12:00:00Z", name: "camera:trouble", message: "No answer." };
  show(roof({ quarantined: [{ ...file, at: "2026-11-23T12:00:00Z" }], quarantinedCount: 1, log: [message] }));
  expect(screen.getByTestId("quarantined")).toHaveTextContent(/x.jpg.*It ends early.*made room/);
  expect(screen.getByTestId("log-message")).toHaveTextContent(/camera:trouble No answer/);
});

test("wishes a configuration and shows what is wrong at its field", async () => {
  const environment = show(roof());
  const panel = screen.getByRole("region", { name: "How it films" });
  expect(panel).toHaveTextContent("30 s");
  await userEvent.click(within(panel).getByRole("button", { name: "Change" }));
  await userEvent.clear(screen.getByLabelText("Interval in seconds"));
  await userEvent.paste("10");
  await userEvent.click(screen.getByLabelText("Windows"));
  await userEvent.paste("late\n06:00..20:00");
  await userEvent.click(screen.getByLabelText("Latitude"));
  await userEvent.paste("47,4");
  await userEvent.click(screen.getByLabelText("Burst"));
  await userEvent.paste("3");
  await userEvent.click(screen.getByLabelText("Deliver"));
  await userEvent.click(screen.getByRole("option", { name: "In windows" }));
  await userEvent.click(screen.getByLabelText("Delivery windows"));
  await userEvent.paste("22:00..06:00");
  await userEvent.click(screen.getByLabelText("KiB per second"));
  await userEvent.paste("512");
  await userEvent.click(screen.getByLabelText("Uploads at once"));
  await userEvent.paste("2");
  await userEvent.click(screen.getByLabelText("Order"));
  await userEvent.click(screen.getByRole("option", { name: "Strict" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  const operation = running(environment, "useConfigureCameraMutation");
  expect(operation.request.variables).toEqual({
    input: {
      camera: "camera-1",
      intervalSeconds: 10,
      schedule: { windows: ["late", "06:00..20:00"], latitude: 47.4, burst: 3 },
      exposure: null,
      delivery: { when: "windows", windows: ["22:00..06:00"], rate_kib_s: 512, parallel: 2, ordered: true },
    },
  });
  answer(environment, operation, {
    ConfigureCameraPayload: () => ({
      errors: [{ field: "schedule", message: "'late' is no window.", remedy: "Write 06:30..20:00." }],
    }),
    Camera: () => roof(),
  });
  expect(await screen.findByLabelText("Windows")).toBeInvalid();
  expect(screen.getByLabelText("Windows")).toHaveFocus();
  expect(screen.getByLabelText("Windows")).toHaveAccessibleDescription(/is no window. Write/);
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  answer(environment, running(environment, "useConfigureCameraMutation"), {
    ConfigureCameraPayload: () => ({ errors: [] }),
    Camera: () =>
      roof({
        configuration: { ...roof().configuration, revision: 2, wishedBy: "admin", intervalSeconds: 10 },
      }),
  });
  expect(await screen.findByText("goes with its next heartbeat")).toBeVisible();
});

test("shows why the agent refused a configuration, and to whom it may not be changed", () => {
  show(
    roof({
      configError: "schedule.windows: no.",
      configuration: { ...roof().configuration, revision: 2 },
      configureBlockers: [{ code: "permission", message: "You may not do this.", remedy: "Ask." }],
    }),
  );
  expect(screen.getByTestId("config-error")).toHaveTextContent("schedule.windows: no.");
  expect(screen.queryByRole("button", { name: "Change" })).toBeNull();
  expect(screen.getByText("You may not do this.")).toBeVisible();
});

test("says so when there is no such camera", () => {
  show(null);
  expect(screen.getByText("No such camera")).toBeVisible();
  expect(screen.getByRole("link", { name: "Show all cameras" })).toHaveAttribute("href", "/cameras");
});
