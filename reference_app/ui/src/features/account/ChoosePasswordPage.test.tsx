import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import type { ChoosePasswordPageQuery } from "./__generated__/ChoosePasswordPageQuery.graphql";
import query from "./__generated__/ChoosePasswordPageQuery.graphql.ts";
import { ChoosePasswordPage } from "./ChoosePasswordPage.tsx";

function show(linkedAccount: object) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { LinkedAccount: () => linkedAccount }),
  );
  environment.mock.queuePendingOperation(query, { token: "secret" });
  const queryRef = loadQuery<ChoosePasswordPageQuery>(environment, query, { token: "secret" });
  return renderWithRelay(<ChoosePasswordPage queryRef={queryRef} />, environment, "/");
}

test("a password is chosen for a named account, and what is wrong with it stands at its field", async () => {
  const { environment } = show({ username: "ben", errors: [] });
  expect(screen.getByText(/For the account ben/)).toBeVisible();
  await userEvent.type(screen.getByLabelText("New password"), "12345");
  const submit = () => userEvent.click(screen.getByRole("button", { name: "Set password and sign in" }));
  await submit();
  const operation = running(environment, "ChoosePasswordPageMutation");
  expect(operation.request.variables).toEqual({ input: { token: "secret", password: "12345" } });
  const errors = [{ field: "password", message: "Too short.", remedy: "Choose another." }];
  answer(environment, operation, { SignInPayload: () => ({ me: null, errors }) });
  expect(screen.getByLabelText("New password")).toHaveAccessibleDescription("Too short. Choose another.");
  await submit();
  answer(environment, running(environment, "ChoosePasswordPageMutation"), {
    SignInPayload: () => ({ errors: [] }),
  });
  expect(await screen.findByRole("main")).toBeVisible();
});

test("a link that is no longer good says why, and offers to sign in", () => {
  show({ username: "", errors: [{ message: "This link has expired.", remedy: "Ask for a new one." }] });
  expect(screen.getByRole("heading", { name: "This link has expired." })).toBeVisible();
  expect(screen.getByText("Ask for a new one.")).toBeVisible();
  expect(screen.getByRole("link", { name: "Sign in" })).toHaveAttribute("href", "/sign-in");
});
