import { screen } from "@testing-library/react";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { renderFromQuery } from "../../../test/renderWithRelay.tsx";
import type { ProgressMeterTestQuery } from "./__generated__/ProgressMeterTestQuery.graphql";
import { ProgressMeter } from "./ProgressMeter.tsx";

const soon = () => new Date(Date.now() + 5000).toISOString();
const running = () => ({
  done: 63,
  total: 300,
  unit: "frame",
  step: "encode",
  note: null,
  rate: 24.2,
  etaLowSeconds: 8,
  etaHighSeconds: 12,
  liveness: "ALIVE",
  heartbeatAt: new Date().toISOString(),
  nextBy: soon(),
  graceSeconds: 5,
});

function show(progress: object) {
  renderFromQuery<ProgressMeterTestQuery>({
    query: graphql`
      query ProgressMeterTestQuery @relay_test_operation {
        inProgress {
          tasks {
            ...ProgressMeter_progress
          }
        }
      }
    `,
    mocks: { Progress: () => progress },
    children: ({ inProgress }) =>
      inProgress.tasks.map((each, index) => (
        <ProgressMeter key={index} progress={each} label="Progress" testId="bar" livenessTestId="liveness" />
      )),
  });
}

test("shows progress, rate and time left", () => {
  show(running());
  const bar = screen.getByRole("progressbar", { name: "Progress" });
  expect(bar).toHaveAttribute("aria-valuenow", "21");
  expect(bar).toHaveAttribute("aria-valuetext", "63 of 300 frames");
  expect(screen.getByText("63 of 300 frames")).toBeVisible();
  expect(screen.getByTestId("progress-pace")).toHaveTextContent("24 frames/s · 8–12 s left");
  expect(screen.getByText("encode")).toBeVisible();
});

test("shows no end when the total is not known", () => {
  show({ ...running(), total: null });
  expect(screen.getByRole("progressbar")).not.toHaveAttribute("aria-valuenow");
  expect(screen.getByText("63 frames")).toBeVisible();
});

test("shows no time left once the worker is stalled", () => {
  const past = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  show({ ...running(), heartbeatAt: past(42), nextBy: past(40), graceSeconds: 10 });
  expect(screen.getByTestId("liveness")).toHaveAttribute("data-liveness", "stalled");
  expect(screen.getByText(/no heartbeat for 42 s/)).toBeVisible();
  expect(screen.getByTestId("progress-pace")).toBeEmptyDOMElement();
});
