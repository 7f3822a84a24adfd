import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MockEnvironment } from "relay-test-utils";

import { allRunning, renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import { ErrorBoundary } from "../../design/ErrorBoundary.tsx";
import { connection } from "../../relay/connection.ts";
import { RequestFailed } from "../../relay/network.ts";
import { useCameraLiveness } from "../liveness/useCameraLiveness.ts";
import { worse } from "./useLive.ts";

const NAME = "useCameraLivenessSubscription";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function Follower() {
  return <output>{useCameraLiveness("camera-1")}</output>;
}

function follow(): MockEnvironment {
  return renderWithRelay(<Follower />).environment;
}

function message(environment: MockEnvironment, kind: string, seq: number, heartbeatSeconds = 5) {
  send(environment, running(environment, NAME), { CameraUpdate: () => ({ kind, seq, heartbeatSeconds }) });
}

test("is live from the first message on", () => {
  const environment = follow();
  expect(screen.getByRole("status")).toHaveTextContent("starting");
  message(environment, "SNAPSHOT", 1);
  expect(screen.getByRole("status")).toHaveTextContent("live");
});

test("is stale after two missed beats, restarts and recovers with the next snapshot", () => {
  const environment = follow();
  message(environment, "SNAPSHOT", 1);
  const before = running(environment, NAME);
  act(() => {
    vi.advanceTimersByTime(9999);
  });
  expect(screen.getByRole("status")).toHaveTextContent("live");
  act(() => {
    vi.advanceTimersByTime(1);
  });
  expect(screen.getByRole("status")).toHaveTextContent("stale");
  expect(allRunning(environment, NAME)).toHaveLength(1);
  expect(running(environment, NAME)).not.toBe(before);
  message(environment, "SNAPSHOT", 1);
  expect(screen.getByRole("status")).toHaveTextContent("live");
});

test("opens another socket when no first message comes twice in a row", () => {
  const renew = vi.spyOn(connection, "renew");
  const environment = follow();
  const silent = () => {
    act(() => {
      vi.advanceTimersByTime(15_000);
    });
  };
  silent();
  expect(renew).not.toHaveBeenCalled();
  silent();
  expect(renew).toHaveBeenCalledTimes(1);
  message(environment, "SNAPSHOT", 1);
  expect(screen.getByRole("status")).toHaveTextContent("live");
});

test("starts again when no first message comes", () => {
  const environment = follow();
  const before = running(environment, NAME);
  act(() => {
    vi.advanceTimersByTime(15_000);
  });
  expect(screen.getByRole("status")).toHaveTextContent("stale");
  expect(allRunning(environment, NAME)).toHaveLength(1);
  expect(running(environment, NAME)).not.toBe(before);
  message(environment, "SNAPSHOT", 1);
  expect(screen.getByRole("status")).toHaveTextContent("live");
});

test("a beat keeps it live", () => {
  const environment = follow();
  message(environment, "SNAPSHOT", 1);
  for (let seq = 2; seq < 6; seq += 1) {
    act(() => {
      vi.advanceTimersByTime(8000);
    });
    message(environment, "HEARTBEAT", seq);
  }
  expect(screen.getByRole("status")).toHaveTextContent("live");
});

test("a gap in the sequence restarts it for a new snapshot", () => {
  const environment = follow();
  message(environment, "SNAPSHOT", 1);
  const before = running(environment, NAME);
  message(environment, "DELTA", 3);
  expect(running(environment, NAME)).not.toBe(before);
});

test.each(["complete", "error"] as const)("restarts three seconds after the server's %s", (end) => {
  const environment = follow();
  message(environment, "SNAPSHOT", 1);
  act(() => {
    if (end === "complete") environment.mock.complete(running(environment, NAME));
    else environment.mock.reject(running(environment, NAME), new Error("the server restarts"));
  });
  expect(allRunning(environment, NAME)).toHaveLength(0);
  act(() => {
    vi.advanceTimersByTime(3000);
  });
  expect(screen.getByRole("status")).toHaveTextContent("stale");
  expect(allRunning(environment, NAME)).toHaveLength(1);
});

test.each(["signed_out", "refused", "absent"] as const)(
  "leaves to the page what trying again can't mend: %s",
  (code) => {
    vi.spyOn(console, "error").mockImplementation(() => undefined); // React reports what a boundary catches
    const { environment } = renderWithRelay(
      <ErrorBoundary fallback={(error) => <p>{error.message}</p>}>
        <Follower />
      </ErrorBoundary>,
    );
    message(environment, "SNAPSHOT", 1);
    act(() => {
      environment.mock.reject(running(environment, NAME), new RequestFailed(code, "No.", ""));
    });
    expect(screen.getByText("No.")).toBeVisible();
    expect(allRunning(environment, NAME)).toHaveLength(0);
  },
);

test("ends when its page is unmounted", () => {
  const { environment, unmount } = renderWithRelay(<Follower />);
  expect(allRunning(environment, NAME)).toHaveLength(1);
  unmount();
  expect(allRunning(environment, NAME)).toHaveLength(0);
});

test("two subscriptions have the status of the worse one", () => {
  expect(worse("live", "live")).toBe("live");
  expect(worse("live", "starting")).toBe("starting");
  expect(worse("stale", "live")).toBe("stale");
  expect(worse("starting", "stale")).toBe("stale");
});
