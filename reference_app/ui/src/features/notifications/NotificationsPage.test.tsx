import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import type { NotificationsPageQuery } from "./__generated__/NotificationsPageQuery.graphql";
import query from "./__generated__/NotificationsPageQuery.graphql.ts";
import { NotificationsPage } from "./NotificationsPage.tsx";

const offer = (name: string, label: string) => ({
  name,
  label,
  kind: "NORMAL",
  confirm: null,
  asks: false,
  allowed: true,
  reasons: [],
});
const mail = {
  __typename: "Destination",
  id: "destination-1",
  service: "E-mail",
  masked: "anna@example.com",
  problem: "",
  retryAt: null,
  waiting: 0,
  availableTransitions: [offer("remove", "Remove")],
};
const subscriber = (over: object = {}) => ({
  __typename: "Subscriber",
  id: "subscriber-1",
  choice: ["A movie failed.", "At any time. Times are those of UTC."],
  destinations: [mail],
  notifications: [],
  availableTransitions: [
    offer("change_notifications", "Change what and when"),
    offer("add_mail_address", "Add an e-mail address"),
  ],
  ...over,
});

function show(of: object) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { Subscriber: () => of }),
  );
  environment.mock.queuePendingOperation(query, {});
  renderWithRelay(
    <NotificationsPage queryRef={loadQuery<NotificationsPageQuery>(environment, query, {})} />,
    environment,
  );
  return environment;
}

test("says what the viewer wants to know, and offers to change it and to add a destination", () => {
  show(subscriber({ destinations: [] }));
  expect(screen.getByText("A movie failed.")).toBeVisible();
  expect(screen.getByText(/Nowhere yet/)).toBeVisible();
  expect(screen.getByText("There was nothing to notify you of.")).toBeVisible();
  expect(screen.getAllByRole("button", { name: "Change what and when" })).toHaveLength(1);
  expect(screen.getAllByRole("button", { name: "Add an e-mail address" })).toHaveLength(1);
});

test("says why a destination is not reached, and when that is tried again", () => {
  const problem = "Could not be delivered since 2020-01-01T12:04:00Z: Connection refused";
  show(subscriber({ destinations: [{ ...mail, problem, waiting: 2, retryAt: "2030-01-01T12:08:00Z" }] }));
  const row = screen.getByTestId("destination");
  expect(row).toHaveTextContent(/Could not be delivered since 1 Jan.* ago\): Connection refused/);
  expect(row).toHaveTextContent(/2 waiting · Tried again at 1 Jan/);
});

test("shows what the other side said to a test", async () => {
  const environment = show(subscriber());
  await userEvent.click(
    within(screen.getByTestId("destination")).getByRole("button", { name: "Send a test" }),
  );
  act(() => {
    environment.mock.resolveMostRecentOperation((operation) =>
      MockPayloadGenerator.generate(operation, {
        Subscriber: () => subscriber(),
        TestNotificationPayload: () => ({ said: "The mail server accepted it.", errors: [] }),
      }),
    );
  });
  expect(await screen.findByText("The mail server accepted it.")).toBeVisible();
});

test("a notification that is sent while the page is open appears, and a destination says that it fails", () => {
  const environment = show(subscriber());
  expect(screen.getByText("There was nothing to notify you of.")).toBeVisible();
  const notification = {
    id: "notification-1",
    message: "Roof is offline.",
    path: "/cameras/x",
    createdAt: "2020-01-01T06:00:00Z",
    deliveries: [],
  };
  send(environment, running(environment, "useSubscriberUpdatesSubscription"), {
    SubscriberUpdate: () => ({ kind: "DELTA", seq: 1, heartbeatSeconds: 10 }),
    Subscriber: () =>
      subscriber({
        notifications: [notification],
        destinations: [{ ...mail, problem: "Could not be delivered since 2020-01-01T12:04:00Z: No" }],
      }),
  });
  expect(screen.getByTestId("notification")).toHaveTextContent("Roof is offline.");
  expect(screen.getByTestId("destination")).toHaveTextContent("Could not be delivered since");
});

test("lists what the viewer was notified of, and what became of it at each destination", () => {
  const delivery = {
    id: "delivery-1",
    state: "waiting",
    stateLabel: "Waiting",
    destination: "E-mail anna@example.com",
    dueAt: "2030-01-01T07:00:00Z",
    settledAt: null,
  };
  const sent = {
    ...delivery,
    id: "delivery-2",
    state: "sent",
    stateLabel: "Sent",
    settledAt: "2020-01-01T07:00:00Z",
  };
  show(
    subscriber({
      notifications: [
        {
          id: "notification-1",
          message: "Roof is offline.",
          path: "/cameras/x",
          createdAt: "2020-01-01T06:00:00Z",
          deliveries: [delivery, sent],
        },
      ],
    }),
  );
  const row = screen.getByTestId("notification");
  expect(within(row).getByRole("link", { name: "Roof is offline." })).toHaveAttribute("href", "/cameras/x");
  expect(row).toHaveTextContent(/Waitinguntil 1 Jan.*E-mail anna@example.com/);
  expect(row).toHaveTextContent(/Sent1 Jan.*E-mail anna@example.com/);
});
