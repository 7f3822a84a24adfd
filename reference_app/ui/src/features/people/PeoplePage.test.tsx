import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator, type MockEnvironment } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import type { PeoplePageQuery } from "./__generated__/PeoplePageQuery.graphql";
import query from "./__generated__/PeoplePageQuery.graphql.ts";
import { PeoplePage } from "./PeoplePage.tsx";

const offer = (name: string, label: string) => ({
  name,
  label,
  kind: "NORMAL",
  confirm: null,
  asks: false,
  allowed: true,
  reasons: [],
});
const offers = [offer("change_access", "Change access"), offer("invite", "Invite somebody")];
const person = (name: string, over: object = {}) => ({
  __typename: "Person",
  id: name,
  username: name,
  role: "Viewer",
  state: "active",
  lastSeenAt: null,
  lastLogin: null,
  availableTransitions: offers,
  invitations: [],
  passwordLink: null,
  ...over,
});
const invitation = {
  id: "invitation-1",
  state: "active",
  note: "Ben",
  role: "Editor",
  path: "/invitation/secret",
  expiresAt: "2030-01-01T10:00:00Z",
  hasExpired: false,
  createdBy: "anna",
  availableTransitions: [],
};

function show(people: readonly object[], hasNextPage = false): MockEnvironment {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, {
      Query: () => ({ inviter: people[0] }),
      PersonConnection: () => ({
        edges: people.map((node) => ({ node })),
        pageInfo: { hasNextPage, endCursor: hasNextPage ? "there" : null },
      }),
    }),
  );
  environment.mock.queuePendingOperation(query, {});
  renderWithRelay(<PeoplePage queryRef={loadQuery<PeoplePageQuery>(environment, query, {})} />, environment);
  return environment;
}

function rowOf(testId: string, text: string): HTMLElement {
  const found = screen.getAllByTestId(testId).find((row) => row.textContent.includes(text));
  if (!found) throw new Error(`There is no ${testId} with ${text}.`);
  return found;
}

test("lists everybody with their role, and offers to change that of others alone", () => {
  const seen = new Date(Date.now() - 200_000).toISOString();
  const all = [
    person("anna", { role: "Admin", lastSeenAt: seen }),
    person("ben"),
    person("eve", { role: "Deactivated", lastLogin: seen }),
  ];
  show(all);
  const [anna, ben] = [rowOf("person", "anna"), rowOf("person", "ben")];
  expect(anna).toHaveTextContent("anna (you)AdminLast seen 3 min");
  expect(rowOf("person", "eve")).toHaveTextContent("Signed in 3 min");
  expect(within(anna).queryByRole("button")).toBeNull();
  expect(ben).toHaveTextContent("Has not signed in yet");
  expect(within(ben).getByRole("button", { name: "Change access" })).toBeVisible();
  expect(screen.getAllByRole("button", { name: "Invite somebody" })).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Show more people" })).toBeNull();
});

test("lists the invitations by everybody that are still good", () => {
  const revoked = { ...invitation, id: "invitation-2", state: "revoked" };
  const expired = { ...invitation, id: "invitation-3", note: "", hasExpired: true };
  show([person("anna", { invitations: [invitation, revoked] }), person("ben", { invitations: [expired] })]);
  const [good, old] = [rowOf("invitation", "Ben"), rowOf("invitation", "Expired")];
  expect(screen.getAllByTestId("invitation")).toHaveLength(2);
  expect(good).toHaveTextContent("Ben · Editor");
  expect(within(good).getByLabelText("Link")).toHaveValue(`${window.location.origin}/invitation/secret`);
  expect(old).toHaveTextContent("Expired on");
  expect(within(old).queryByRole("button", { name: "Copy link" })).toBeNull();
});

test("shows the link to a new password to whoever may hand it on, until it is used or revoked", () => {
  const link = { ...invitation, id: "link", path: "/password/secret", createdBy: "anna" };
  const ben = person("ben", { passwordLink: link });
  const root = person("root", { passwordLink: { ...link, id: "hidden", path: null } });
  const zoe = person("zoe", { passwordLink: { ...link, id: "revoked", state: "revoked" } });
  show([person("anna"), ben, root, zoe]);
  const field = within(rowOf("person", "ben")).getByLabelText("Link");
  expect(field).toHaveValue(`${window.location.origin}/password/secret`);
  expect(within(rowOf("person", "root")).queryByLabelText("Link")).toBeNull();
  expect(rowOf("person", "root")).toHaveTextContent("Only a superuser sees it.");
  expect(within(rowOf("person", "zoe")).queryByTestId("password-link")).toBeNull();
});

test("says what an invitation is when none is open", () => {
  show([person("anna")]);
  expect(screen.getByText(/No invitation is open/)).toBeVisible();
});

const names = () => screen.getAllByTestId("person").map((row) => row.querySelector("p")?.textContent);
const update = (changed: readonly object[], over: object = {}) => ({
  PersonUpdate: () => ({ kind: "DELTA", seq: 1, heartbeatSeconds: 2.5, more: 0, gone: [], changed, ...over }),
});

test("shows one page of people after another", async () => {
  const environment = show([person("anna"), person("ben")], true);
  expect(screen.getByText(/No invitation by the people shown is open/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Show more people" }));
  const operation = running(environment, "PeopleListPaginationQuery");
  expect(operation.request.variables).toEqual({ first: 40, after: "there" });
  answer(environment, operation, {
    PersonConnection: () => ({
      edges: [{ node: person("zoe") }],
      pageInfo: { hasNextPage: false, endCursor: null },
    }),
  });
  expect(names()).toEqual(["anna (you)", "ben", "zoe"]);
  expect(screen.queryByRole("button", { name: "Show more people" })).toBeNull();
});

test("people change, come where their names belong, and go, while one looks", () => {
  const environment = show([person("anna"), person("dora")]);
  const following = running(environment, "usePeopleSubscription");
  const all = ["anna", "ben", "dora", "zoe"].map((name) => person(name));
  send(environment, following, update(all, { kind: "SNAPSHOT" }));
  expect(names()).toEqual(["anna (you)", "ben", "dora", "zoe"]);
  send(environment, following, update([person("ben", { role: "Admin" })], { seq: 2 }));
  expect(rowOf("person", "ben")).toHaveTextContent("Admin");
  send(environment, following, update([], { seq: 3, gone: ["dora"] }));
  expect(names()).toEqual(["anna (you)", "ben", "zoe"]);
  const left = [person("anna"), person("zoe")];
  send(environment, following, update(left, { seq: 4, kind: "SNAPSHOT" }));
  expect(names()).toEqual(["anna (you)", "zoe"]);
});

test("a snapshot that isn't whole takes nobody away", () => {
  const environment = show([person("anna"), person("ben")]);
  const following = running(environment, "usePeopleSubscription");
  send(environment, following, update([person("anna")], { kind: "SNAPSHOT", more: 1 }));
  expect(names()).toEqual(["anna (you)", "ben"]);
});

test("whoever belongs on a page that isn't fetched yet comes with it", () => {
  const environment = show([person("anna"), person("dora")], true);
  const following = running(environment, "usePeopleSubscription");
  send(environment, following, update([person("zoe"), person("ben")]));
  expect(names()).toEqual(["anna (you)", "ben", "dora"]);
});
