import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { session } from "../../relay/session.ts";
import type { SessionPageQuery } from "./__generated__/SessionPageQuery.graphql";
import query from "./__generated__/SessionPageQuery.graphql.ts";
import { SessionPage } from "./SessionPage.tsx";

function show(me: object | null, over: object = {}) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { Query: () => ({ me, place: "", firstRun: false, ...over }) }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<SessionPageQuery>(environment, query, {});
  return renderWithRelay(
    <Suspense>
      <SessionPage queryRef={queryRef}>
        <p>the page</p>
      </SessionPage>
    </Suspense>,
    environment,
  );
}

test("redirects to the sign-in page when nobody is signed in", () => {
  show(null);
  expect(screen.getByText("elsewhere")).toBeVisible();
  expect(screen.queryByText("the page")).toBeNull();
});

test("redirects to the sign-in page, and back, as soon as any answer says that nobody is signed in", () => {
  window.history.replaceState(null, "", "/?span=week#gaps");
  const { visited } = show({ username: "editor", isStaff: false });
  expect(screen.getByText("the page")).toBeVisible();
  act(() => {
    session.end(session.current());
  });
  expect(visited.at(-1)).toBe(`/sign-in?next=${encodeURIComponent("/?span=week#gaps")}`);
  session.begin();
  window.history.replaceState(null, "", "/");
});

test("redirects to the first run as long as nobody has an account", () => {
  const { visited } = show(null, { firstRun: true });
  expect(visited.at(-1)).toBe("/set-up");
});

test("shows what people call the place, in place of the product's name", () => {
  show({ username: "editor", isStaff: false }, { place: "Harbour site" });
  expect(screen.getByRole("link", { name: "Harbour site" })).toHaveAttribute("href", "/");
});

test("frames the page with the navigation and one main landmark", () => {
  show({ username: "editor", isStaff: false });
  expect(screen.getByRole("main")).toHaveTextContent("the page");
  expect(screen.getByRole("banner")).toBeVisible();
  expect(screen.getByRole("navigation", { name: "Main" })).toBeVisible();
  for (const name of ["Timelapses", "Cameras", "Operations"])
    expect(screen.getByRole("link", { name })).toBeVisible();
  expect(screen.getByRole("link", { name: "Skip to content" })).toHaveAttribute("href", "#main");
});

test("offers administration to staff only, and signing out to everyone", async () => {
  const { environment } = show({ username: "editor", isStaff: true });
  await userEvent.click(screen.getByRole("button", { name: "Account: editor" }));
  expect(await screen.findByRole("menuitem", { name: "Administration" })).toHaveAttribute("href", "/admin/");
  await userEvent.click(screen.getByRole("menuitem", { name: "Sign out" }));
  expect(running(environment, "useSignOutMutation")).toBeDefined();
});
