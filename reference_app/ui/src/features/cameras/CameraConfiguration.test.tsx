import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { commitLocalUpdate } from "relay-runtime";
import type { MockEnvironment } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, answerQuestions, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { CameraConfigurationTestQuery } from "./__generated__/CameraConfigurationTestQuery.graphql";
import { CameraConfiguration } from "./CameraConfiguration.tsx";

const setting = (over: object) => ({ kind: "NUMBER", optional: true, ...over });
const configure = (over: object = {}) => ({
  name: "configure",
  label: "Change settings",
  kind: "NORMAL",
  confirm: null,
  allowed: true,
  reasons: [],
  asks: true,
  ...over,
});
const FIELDS = [
  setting({ name: "interval_s", label: "Interval", unit: "seconds", default: 30, optional: false }),
  setting({ name: "schedule.windows", label: "Windows", kind: "TEXT", multiline: true, group: "Schedule" }),
  setting({ name: "schedule.latitude", label: "Latitude", group: "Schedule" }),
  setting({
    name: "delivery.ordered",
    label: "Order",
    kind: "CHOICE",
    group: "Delivery",
    choices: [
      { value: false, label: "Flexible" },
      { value: true, label: "Strict" },
    ],
  }),
];

const roof = {
  __typename: "Camera",
  id: "camera-1",
  availableTransitions: [configure()],
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
};

function show(over: object = {}) {
  const camera = () => ({ ...roof, ...over });
  return renderFromQuery<CameraConfigurationTestQuery>({
    query: graphql`
      query CameraConfigurationTestQuery @relay_test_operation {
        node(id: "camera-1") {
          ...CameraConfiguration_camera @alias(as: "camera")
        }
      }
    `,
    mocks: { Node: camera, Camera: camera },
    children: ({ node }) => (node?.camera ? <CameraConfiguration camera={node.camera} /> : "nothing"),
  }).environment;
}

test("promises nothing of the settings of a revoked camera", () => {
  show({ state: "revoked", configRevision: 0 });
  expect(screen.getByText("not applied")).toBeVisible();
  expect(screen.queryByTestId("capture-forecast")).toBeNull();
});

test("saves a configuration, and keeps what was typed when it is refused", async () => {
  const environment = show();
  const panel = screen.getByRole("region", { name: "Configuration" });
  expect(panel).toHaveTextContent("30 s");
  await userEvent.click(within(panel).getByRole("button", { name: "Change" }));
  answerQuestions(environment, FIELDS);
  const interval = await screen.findByLabelText("Interval in seconds");
  expect(interval).toHaveValue("30");
  await userEvent.clear(interval);
  await userEvent.paste("often");
  await userEvent.click(screen.getByLabelText("Windows"));
  await userEvent.paste("late\n06:00..20:00");
  await userEvent.type(screen.getByLabelText("Latitude"), "47,4");
  await userEvent.click(screen.getByLabelText("Order"));
  await userEvent.click(screen.getByRole("option", { name: "Strict" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  const operation = running(environment, "useTransitionMutation");
  const sent = {
    interval_s: "often",
    "schedule.windows": "late\n06:00..20:00",
    "schedule.latitude": 47.4,
    "delivery.ordered": true,
  };
  expect(operation.request.variables).toEqual({ input: { id: "camera-1", name: "configure", input: sent } });
  answer(environment, operation, {
    TransitionPayload: () => ({
      created: null,
      object: null,
      deletedId: null,
      errors: [
        { field: "interval_s", message: "The value of Interval does not fit.", remedy: "Give a number." },
      ],
    }),
  });
  expect(await screen.findByText("The value of Interval does not fit. Give a number.")).toBeVisible();
  expect(interval).toHaveFocus();
  expect(interval).toBeInvalid();
  expect(screen.getByLabelText("Latitude")).toHaveValue("47,4");
  await userEvent.clear(interval);
  await userEvent.paste("10");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  const again = running(environment, "useTransitionMutation");
  expect(again.request.variables).toEqual({
    input: { id: "camera-1", name: "configure", input: { ...sent, interval_s: 10 } },
  });
  answer(environment, again, {
    TransitionPayload: () => ({ created: null, object: null, deletedId: null, errors: [] }),
  });
  expect(await within(panel).findByRole("button", { name: "Change" })).toBeVisible();
});

test("shows why the agent refused a configuration, and no button to those who may not change it", () => {
  const reasons = [{ code: "permission", message: "You may not.", remedy: "Ask." }];
  show({
    configError: "schedule.windows: no.",
    configuration: { ...roof.configuration, revision: 2 },
    availableTransitions: [configure({ allowed: false, reasons })],
  });
  expect(screen.getByTestId("config-error")).toHaveTextContent("schedule.windows: no.");
  expect(screen.queryByRole("button", { name: "Change" })).toBeNull();
});

test("the form keeps what is typed when a live update refuses the change, and says why", async () => {
  const environment = show();
  await userEvent.click(screen.getByRole("button", { name: "Change" }));
  answerQuestions(environment, FIELDS);
  await userEvent.type(await screen.findByLabelText("Latitude"), "47,4");
  act(() => {
    commitLocalUpdate(environment, (store) => {
      store.get("camera-1")?.setLinkedRecords([], "availableTransitions");
    });
  });
  expect(screen.getByTestId("no-longer-possible")).toHaveTextContent("This can’t be done any more.");
  expect(screen.getByLabelText("Latitude")).toHaveValue("47,4");
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
});

const FORECAST = {
  timezone: "Europe/Zurich",
  windowsAreTheAgents: false,
  opensAt: "2100-11-30T05:30:00Z",
  closesAt: "2100-11-30T19:00:00Z",
  lowFramesADay: 0,
  highFramesADay: 842,
  lowBytesADay: 0,
  highBytesADay: 1_200_000_000,
  lowDiskDays: 31.4,
  highDiskDays: 39.2,
};

function forecast(environment: MockEnvironment, over: object | null) {
  answer(environment, running(environment, "useCaptureForecastQuery"), {
    Node: () => ({ __typename: "Camera", id: "camera-1" }),
    ID: () => "camera-1",
    Camera: () => ({ captureForecast: over && { ...FORECAST, ...over } }),
  });
}

test("says what follows from the settings", async () => {
  const environment = show();
  forecast(environment, {});
  const said = await screen.findByText("Captures from Tue 30 Nov, 06:30 CET until Tue 30 Nov, 20:00 CET.");
  expect(said.parentElement).toHaveTextContent("0 to 842 frames a day, 0 bytes to 1.2 GB.");
  expect(said.parentElement).toHaveTextContent("Without a network, the camera’s disk holds 31 to 40 days.");
});

test("says what is not known of the settings", async () => {
  const environment = show();
  forecast(environment, {
    windowsAreTheAgents: true,
    opensAt: "2026-01-01T00:00:00Z",
    closesAt: null,
    lowFramesADay: 842,
    lowBytesADay: null,
    lowDiskDays: null,
  });
  const said = await screen.findByText("Captures are due now.");
  expect(said.parentElement).toHaveTextContent("If the agent’s own file sets no windows:");
  expect(said.parentElement).toHaveTextContent("842 frames a day, their size is not known yet.");
  expect(said.parentElement).not.toHaveTextContent("disk");
});

test("asks what follows from what is typed once it has settled", async () => {
  const environment = show();
  await userEvent.click(screen.getByRole("button", { name: "Change" }));
  answerQuestions(environment, FIELDS);
  const latitude = await screen.findByLabelText("Latitude");
  forecast(environment, {});
  await userEvent.type(latitude, "47,4");
  await waitFor(() => {
    expect(running(environment, "useCaptureForecastQuery").request.variables).toMatchObject({
      configuration: { interval_s: 30, "schedule.latitude": 47.4 },
    });
  });
  forecast(environment, null);
  expect(await screen.findByText("With these settings the camera can’t work yet.")).toBeVisible();
});
