import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql, useLazyLoadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { allRunning, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import type { HealthHistoryTestQuery } from "./__generated__/HealthHistoryTestQuery.graphql";
import { HealthHistory } from "./HealthHistory.tsx";

const QUERY = "useHealthHistoryQuery";
const SINCE = Date.parse("2026-11-23T00:00:00Z");
const at = (minutes: number) => new Date(SINCE + minutes * 60_000).toISOString();
const flat = (minutes: number, value: number) => ({ at: at(minutes), low: value, mean: value, high: value });
const NOTHING = {
  since: at(0),
  until: at(24 * 60),
  pointSeconds: 300,
  temperatureCelsius: null,
  batteryPercent: null,
  driverBatteryPercent: null,
  diskFree: null,
  spoolPending: null,
};

function Shown() {
  const { node } = useLazyLoadQuery<HealthHistoryTestQuery>(
    graphql`
      query HealthHistoryTestQuery {
        node(id: "camera-1") {
          ...HealthHistory_camera @alias(as: "camera")
        }
      }
    `,
    {},
  );
  return node?.camera ? <HealthHistory camera={node.camera} /> : null;
}

function show(history: object | null, diskTotal: number | null = null) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Node: () => ({ __typename: "Camera", id: "camera-1", diskTotal }),
      Camera: () => ({ id: "camera-1", diskTotal }),
    }),
  );
  renderWithRelay(<Shown />, environment);
  if (history === null) {
    act(() => {
      environment.mock.reject(running(environment, QUERY), new Error("no"));
    });
  } else answerWith(environment, history);
  return environment;
}

function answerWith(environment: ReturnType<typeof createMockEnvironment>, history: object) {
  const healthHistory = { ...NOTHING, ...history };
  act(() => {
    environment.mock.resolve(running(environment, QUERY), {
      data: { node: { __typename: "Camera", id: "camera-1", healthHistory } },
    });
  });
}

const TEMPERATURE = {
  points: [flat(0, 41), { at: at(5), low: 43, mean: 50, high: 63 }, flat(60, 52)],
  last: { at: at(60), value: 52 },
};

test("says between what a measure was, and what it was last", () => {
  show({ temperatureCelsius: TEMPERATURE });
  expect(screen.getByTestId("health-summary")).toHaveTextContent("Between 41 and 63 °C, last 52 °C.");
  expect(screen.getByTestId("health-readout")).toHaveTextContent(/^52 °C$/);
  expect(screen.getByRole("slider", { name: "Temperature" })).toHaveAccessibleDescription(
    "Between 41 and 63 °C, last 52 °C.",
  );
});

test("leaves gaps open", () => {
  show({ temperatureCelsius: TEMPERATURE });
  expect(screen.getAllByTestId("health-run")).toHaveLength(2);
});

test("has no chart of what the machine doesn't measure", () => {
  show({ temperatureCelsius: TEMPERATURE });
  expect(screen.getAllByTestId("health-chart")).toHaveLength(1);
  expect(screen.queryByText("Battery")).toBeNull();
});

test("reads out the points with the arrow keys", async () => {
  show({ temperatureCelsius: TEMPERATURE });
  const chart = screen.getByRole("slider", { name: "Temperature" });
  await userEvent.tab();
  while (document.activeElement !== chart) await userEvent.tab();
  expect(chart).toHaveAttribute("aria-valuetext", expect.stringMatching(/: 52 °C$/));
  await userEvent.keyboard("{ArrowLeft}");
  expect(chart).toHaveAttribute("aria-valuetext", expect.stringMatching(/: 43 to 63 °C$/));
  expect(screen.getByTestId("health-readout")).toHaveTextContent(/: 43 to 63 °C$/);
  await userEvent.keyboard("{Home}{ArrowLeft}");
  expect(chart).toHaveAttribute("aria-valuetext", expect.stringMatching(/: 41 °C$/));
  await userEvent.keyboard("{End}");
  expect(chart).toHaveAttribute("aria-valuenow", "2");
  await userEvent.tab();
  expect(screen.getByTestId("health-readout")).toHaveTextContent(/^52 °C$/);
});

test("reads out the point below the pointer", async () => {
  show({ temperatureCelsius: TEMPERATURE });
  const chart = screen.getByRole("slider", { name: "Temperature" });
  chart.getBoundingClientRect = () => new DOMRect(0, 0, 1440, 88);
  await userEvent.pointer({ target: chart, coords: { clientX: 2 } });
  expect(screen.getByTestId("health-readout")).toHaveTextContent(/: 41 °C$/);
  await userEvent.unhover(chart);
  expect(screen.getByTestId("health-readout")).toHaveTextContent(/^52 °C$/);
});

test("shows what counts as low as a line, of batteries and of the disk", () => {
  const charge = { points: [flat(0, 30), flat(5, 15)], last: { at: at(5), value: 15 } };
  const free = { points: [flat(0, 8e9), flat(5, 8e9)], last: { at: at(5), value: 8e9 } };
  show({ batteryPercent: charge, diskFree: free, temperatureCelsius: TEMPERATURE }, 32e9);
  const summaries = screen.getAllByTestId("health-summary").map((summary) => summary.textContent.trim());
  expect(summaries).toEqual([
    "Between 41 and 63 °C, last 52 °C.",
    "Between 15 and 30 %, last 15 %. The dashed line is 20 %: less is low.",
    "Always 8.0 GB. The dashed line is 1.6 GB: less is low.",
  ]);
  expect(screen.getAllByTestId("health-limit")).toHaveLength(2);
});

test("does not say what the disk's limit is while its size is not known", () => {
  show({ diskFree: { points: [flat(0, 8e9)], last: { at: at(0), value: 8e9 } } });
  expect(screen.queryByTestId("health-limit")).toBeNull();
});

test("doesn't show an old value as the last one", () => {
  const stopped = { points: [flat(0, 41), flat(5, 42)], last: null };
  show({ temperatureCelsius: stopped });
  expect(screen.getByTestId("health-summary")).toHaveTextContent("The last sample does not say it.");
  expect(screen.getByTestId("health-readout")).toBeEmptyDOMElement();
});

test("says how old the last sample is, and what a point stands for", () => {
  const pending = {
    points: [flat(0, 4)],
    last: { at: new Date(Date.now() - 180_500).toISOString(), value: 4 },
  };
  show({ spoolPending: pending });
  expect(screen.getByTestId("health-sampled")).toHaveTextContent(
    /^Each point stands for 5 min. The last sample was taken 3 min( \d s)? ago.$/,
  );
});

test("says that nothing was recorded", () => {
  show({});
  expect(screen.getByText(/^Nothing was recorded in this time/)).toBeVisible();
});

test("says that it could not be loaded", () => {
  show(null);
  expect(screen.getByText("The health history could not be loaded.")).toBeVisible();
});

test("asks for another time range, and shows the one before until it has come", async () => {
  const environment = show({ temperatureCelsius: TEMPERATURE });
  await userEvent.click(screen.getByRole("button", { name: "Month" }));
  const { since, until } = running(environment, QUERY).request.variables as Record<string, string>;
  expect(Date.parse(until ?? "") - Date.parse(since ?? "")).toBe(30 * 24 * 3_600_000);
  expect(screen.getByTestId("health-chart")).toBeVisible();
  answerWith(environment, {});
  expect(screen.queryByTestId("health-chart")).toBeNull();
  expect(allRunning(environment, QUERY)).toHaveLength(0);
});
