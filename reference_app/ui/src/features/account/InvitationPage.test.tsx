import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import type { InvitationPageQuery } from "./__generated__/InvitationPageQuery.graphql";
import query from "./__generated__/InvitationPageQuery.graphql.ts";
import { InvitationPage } from "./InvitationPage.tsx";

function show(welcome: object) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { Welcome: () => welcome }),
  );
  environment.mock.queuePendingOperation(query, { token: "secret" });
  const queryRef = loadQuery<InvitationPageQuery>(environment, query, { token: "secret" });
  return renderWithRelay(<InvitationPage queryRef={queryRef} />, environment, "/");
}

const good = { role: "Viewer: sees everything", invitedBy: "anna", errors: [] };

test("an account is made with a name and a password, and each error stands at its field", async () => {
  const { environment } = show(good);
  expect(screen.getByText(/anna invites you/)).toBeVisible();
  expect(screen.getByText("Viewer: sees everything")).toBeVisible();
  await userEvent.type(screen.getByLabelText("Username"), "anna");
  await userEvent.type(screen.getByLabelText("Password"), "correct horse");
  const submit = () => userEvent.click(screen.getByRole("button", { name: "Make my account" }));
  await submit();
  const operation = running(environment, "InvitationPageMutation");
  expect(operation.request.variables).toEqual({
    input: { token: "secret", username: "anna", password: "correct horse" },
  });
  answer(environment, operation, {
    SignInPayload: () => ({
      me: null,
      errors: [{ field: "username", message: "Somebody has this name already.", remedy: "Choose another." }],
    }),
  });
  expect(await screen.findByText("Somebody has this name already. Choose another.")).toBeVisible();
  expect(screen.getByLabelText("Username")).toHaveAttribute("aria-invalid", "true");
  await submit();
  answer(environment, running(environment, "InvitationPageMutation"), {
    SignInPayload: () => ({
      errors: [{ field: null, message: "This invitation was used.", remedy: "Ask." }],
    }),
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("This invitation was used. Ask.");
});

test("an invitation that is no longer good says why, and leads to signing in", () => {
  show({
    role: "",
    invitedBy: "",
    errors: [{ message: "This invitation has expired.", remedy: "Ask whoever sent it for a new one." }],
  });
  expect(screen.getByRole("heading", { name: "This invitation has expired." })).toBeVisible();
  expect(screen.getByRole("link", { name: "Sign in" })).toHaveAttribute("href", "/sign-in");
  expect(screen.queryByLabelText("Password")).toBeNull();
});
