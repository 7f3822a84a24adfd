import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { answer, renderFromQuery, running } from "../../../test/renderWithRelay.tsx";
import type { CameraConfigurationTestQuery } from "./__generated__/CameraConfigurationTestQuery.graphql";
import { CameraConfiguration } from "./CameraConfiguration.tsx";

const setting = (over: object) => ({
  kind: "NUMBER",
  label: "",
  default: null,
  optional: true,
  multiline: false,
  group: "",
  unit: "",
  choices: [],
  help: "",
  ...over,
});
const configure = (over: object = {}) => ({
  name: "configure",
  label: "Change settings",
  kind: "NORMAL",
  confirm: null,
  allowed: true,
  reasons: [],
  input: [
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
  ],
  ...over,
});

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

test("saves a configuration, and keeps what was typed when it is refused", async () => {
  const environment = show();
  const panel = screen.getByRole("region", { name: "Configuration" });
  expect(panel).toHaveTextContent("30 s");
  await userEvent.click(within(panel).getByRole("button", { name: "Change" }));
  const interval = screen.getByLabelText("Interval in seconds");
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
    TransitionPayload: () => ({ object: null, deletedId: null, errors: [] }),
  });
  expect(await within(panel).findByRole("button", { name: "Change" })).toBeVisible();
});

test("shows why the agent refused a configuration, and why the user may not change it", () => {
  const reasons = [{ code: "permission", message: "You may not do this.", remedy: "Ask." }];
  show({
    configError: "schedule.windows: no.",
    configuration: { ...roof.configuration, revision: 2 },
    availableTransitions: [configure({ allowed: false, reasons })],
  });
  expect(screen.getByTestId("config-error")).toHaveTextContent("schedule.windows: no.");
  expect(screen.getByRole("button", { name: "Change" })).toHaveAttribute("aria-disabled", "true");
  expect(screen.getByText("You may not do this.")).toBeVisible();
});
