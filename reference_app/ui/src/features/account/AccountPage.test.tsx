import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import type { AccountPageQuery } from "./__generated__/AccountPageQuery.graphql";
import query from "./__generated__/AccountPageQuery.graphql.ts";
import { AccountPage } from "./AccountPage.tsx";

const session = (id: string, over: object = {}) => ({
  __typename: "Session",
  id,
  browser: "Firefox on Linux",
  address: "192.0.2.7",
  beganAt: "2026-01-01T10:00:00Z",
  lastSeenAt: new Date(Date.now() - 200_000).toISOString(),
  isThisOne: false,
  ...over,
});
const here = session("here", { browser: "Chrome on Windows", isThisOne: true });

function show(sessions: readonly object[]) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { User: () => ({ id: "me", username: "ben", sessions }) }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<AccountPageQuery>(environment, query, {});
  return renderWithRelay(<AccountPage queryRef={queryRef} />, environment);
}

test("lists the browsers in which one is signed in, and signs out in one of them", async () => {
  const { environment } = show([here, session("there"), session("old", { address: null })]);
  const [thisOne, there, old] = screen.getAllByTestId("session") as [HTMLElement, HTMLElement, HTMLElement];
  expect(thisOne).toHaveTextContent("Chrome on WindowsThis one");
  expect(thisOne).not.toHaveTextContent("last seen");
  expect(within(thisOne).queryByRole("button")).toBeNull();
  expect(there).toHaveTextContent(/192\.0\.2\.7 · since .* · last seen 3 min/);
  expect(old).toHaveTextContent("From an unknown address");
  await userEvent.click(within(there).getByRole("button", { name: "Sign out: Firefox on Linux" }));
  const operation = running(environment, "useSignOutSessionMutation");
  expect(operation.request.variables).toEqual({ input: { session: "there" } });
  answer(environment, operation, {
    SessionsPayload: () => ({ me: { id: "me", sessions: [here] }, errors: [] }),
  });
  expect(screen.getAllByTestId("session")).toHaveLength(1);
});

test("signs out everywhere else, which is offered as long as there is somewhere else", async () => {
  const { environment } = show([here, session("there")]);
  await userEvent.click(screen.getByRole("button", { name: "Sign out all others" }));
  answer(environment, running(environment, "useSignOutElsewhereMutation"), {
    SessionsPayload: () => ({ me: { id: "me", sessions: [here] }, errors: [] }),
  });
  expect(screen.getByText("You are signed in nowhere else.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Sign out all others" })).toBeNull();
});
