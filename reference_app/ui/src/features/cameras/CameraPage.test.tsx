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

const roof = (over: object = {}) => ({
  __typename: "Camera",
  id: "camera-1",
  name: "Roof",
  driver: "picamera2",
  model: "",
  agentState: "capturing",
  stateDetail: "",
  liveness: "ALIVE",
  heartbeatAt: new Date().toISOString(),
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
    recentStarts: 3,
    network: "wlan0",
    warnings: ["The card is full in about 3 h."],
  },
  latestFrame: { imageUrl: "/f/7.jpg", capturedAt: "2026-11-23T12:00:00Z", clock: "synced", sequence: 7 },
  preview: { imageUrl: "/p/8.jpg", capturedAt: "2026-11-23T12:00:08Z", clock: "synced" },
  availableTransitions: [],
  plan: [],
  configRevision: 1,
  configError: "",
  configuration: {
    revision: 1,
    intervalSeconds: 30,
    schedule: null,
    exposure: null,
    delivery: null,
    updatedBy: null,
    updatedAt: null,
  },
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
  expect(screen.getByTestId("camera-view")).toHaveAttribute("src", "/p/8.jpg");
  expect(screen.getByText("full-size picture not delivered yet")).toBeVisible();
});

test("shows the last frame once it is the newest", () => {
  show(roof({ preview: null }));
  expect(screen.getByTestId("camera-view")).toHaveAttribute("src", "/f/7.jpg");
});

test("shows the camera's health", () => {
  show(roof());
  expect(screen.getByTestId("camera-liveness")).toHaveTextContent("Alive");
  expect(screen.getByTestId("spool")).toHaveTextContent("40 captures (120 MB), uploaded in about 3 min 20 s");
  expect(screen.getByTestId("spool")).toHaveTextContent("3 dropped to free space");
  expect(screen.getByText("48.3 °C")).toBeVisible();
  expect(screen.getByText("Under voltage")).toBeVisible();
  expect(screen.getByText("12 %")).toBeVisible();
  expect(screen.getByText("Estimated")).toBeVisible();
  expect(screen.getByText(/a network with a time server, or a battery-backed clock/)).toBeVisible();
  expect(screen.getByText("3 within 10 minutes")).toBeVisible();
  expect(screen.getByText("Nearly full")).toBeVisible();
  expect(screen.getByText("The card is full in about 3 h.")).toBeVisible();
  expect(screen.queryByText("Camera battery")).toBeNull();
});

test("shows a revoked camera as revoked, whatever its agent reported last", () => {
  show(roof({ state: "revoked" }));
  expect(screen.getByText("pair it again to reconnect")).toBeVisible();
  expect(screen.getAllByText("Revoked")).toHaveLength(2);
  expect(screen.queryByTestId("camera-liveness")).toBeNull();
  expect(screen.queryByText("Capturing")).toBeNull();
});

test("says how old a silent camera's health is, and promises nothing of it", () => {
  const heartbeatAt = new Date(Date.now() - 3_600_000).toISOString();
  show(roof({ heartbeatAt, nextBy: heartbeatAt }));
  expect(screen.getByText("as of 1 h ago")).toBeVisible();
  expect(screen.getByTestId("spool")).toHaveTextContent(/40 captures \(120 MB\)(?!, uploaded)/);
});

test("tells where nothing was due from where nothing is missing", () => {
  show(roof());
  expect(screen.getByText("No frame has arrived in this time, and none was due.")).toBeVisible();
});

test("shows that more waits when captures come faster than they are uploaded", () => {
  show(roof({ drainSeconds: null }));
  expect(screen.getByTestId("spool")).toHaveTextContent("more than can be uploaded");
});

test("updates when the server sends new data", () => {
  const environment = show(roof());
  const done = {
    id: "c1",
    label: "Capture now",
    state: "failed",
    message: "No answer.",
    requestedBy: "admin",
  };
  send(environment, running(environment, "useCameraPageSubscription"), {
    CameraUpdate: () => ({ kind: "SNAPSHOT", seq: 1, heartbeatSeconds: 5 }),
    Camera: () => roof({ spoolPending: 0, commands: [{ ...done, requestedAt: new Date().toISOString() }] }),
  });
  expect(screen.getByTestId("spool")).toHaveTextContent("Nothing");
  expect(screen.getByTestId("command")).toHaveTextContent("No answer.");
});

test("shows where frames are missing and why", async () => {
  const gap = (minute: number, reason: string) => ({
    beginsAt: `2026-11-23T12:${String(minute).padStart(2, "0")}:00Z`,
    endsAt: `2026-11-23T12:${String(minute + 2).padStart(2, "0")}:00Z`,
    reason,
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
  expect(screen.getAllByTestId("gap")[5]).toHaveTextContent("Unknown reason");
  expect(screen.getByText("and 2 older gaps")).toBeVisible();
});

test("shows a longer time range, and leaves that of the health history", async () => {
  const environment = show(roof());
  const history = await screen.findByRole("region", { name: "Health history" }, { timeout: 10_000 });
  const timeline = screen.getByRole("region", { name: "Timeline" });
  await userEvent.click(within(timeline).getByRole("button", { name: "Week" }));
  expect(within(history).getByRole("button", { name: "Day" })).toHaveAttribute("aria-pressed", "true");
  const { since, until } = running(environment, "CameraTimelineRefetchQuery").request.variables as typeof DAY;
  expect(Date.parse(until) - Date.parse(since)).toBe(7 * 24 * 3_600_000);
});

test("refreshes the timeline at once when a frame was delivered, and with a pause when many are", () => {
  vi.useFakeTimers();
  const environment = show(roof());
  const deliver = (...counts: number[]) => {
    for (const frameCount of counts)
      send(environment, running(environment, "useCameraPageSubscription"), {
        CameraUpdate: () => ({ kind: "DELTA", seq: frameCount, heartbeatSeconds: 5 }),
        Camera: () => roof({ frameCount }),
      });
  };
  const refreshes = (ms: number) => {
    act(() => {
      vi.advanceTimersByTime(ms);
    });
    return allRunning(environment, "CameraTimelineRefetchQuery").length;
  };
  deliver(1204);
  expect(refreshes(0)).toBe(0);
  deliver(1205);
  expect(refreshes(0)).toBe(1);
  answer(environment, running(environment, "CameraTimelineRefetchQuery"), { Camera: () => roof() });
  deliver(1206, 1207);
  expect(refreshes(1000)).toBe(0);
  deliver(1208);
  expect(refreshes(4000)).toBe(1);
});

test("lists quarantined files and the agent's log", () => {
  const file = { id: "q1", name: "x.jpg", message: "It ends early.", bytes: 900, kept: false };
  const message = { id: "l1", at: "2026-11-23T12:00:00Z", name: "camera:trouble", message: "No answer." };
  show(roof({ quarantined: [{ ...file, at: "2026-11-23T12:00:00Z" }], quarantinedCount: 1, log: [message] }));
  expect(screen.getByTestId("quarantined")).toHaveTextContent(/x.jpg.*It ends early.*free space/);
  expect(screen.getByTestId("log-message")).toHaveTextContent(/camera:trouble No answer/);
});

test("shows when the camera does not exist", () => {
  show(null);
  expect(screen.getByText("Camera not found")).toBeVisible();
  expect(screen.getByRole("link", { name: "Show all cameras" })).toHaveAttribute("href", "/cameras");
});
