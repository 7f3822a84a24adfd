import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { loadQuery } from "react-relay";
import { createMockEnvironment, MockPayloadGenerator } from "relay-test-utils";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import type { SetUpPageQuery } from "./__generated__/SetUpPageQuery.graphql";
import query from "./__generated__/SetUpPageQuery.graphql.ts";
import { SetUpPage } from "./SetUpPage.tsx";

function show(firstRun: boolean) {
  const environment = createMockEnvironment();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, { Query: () => ({ firstRun }) }),
  );
  environment.mock.queuePendingOperation(query, {});
  const queryRef = loadQuery<SetUpPageQuery>(environment, query, {});
  return renderWithRelay(<SetUpPage queryRef={queryRef} />, environment, firstRun ? "/" : "/set-up");
}

test("makes the first account with the printed code, then says how to pair a camera", async () => {
  const { environment } = show(true);
  await userEvent.type(screen.getByLabelText("Set-up code"), "abcd efgh jklm");
  await userEvent.type(screen.getByLabelText("Name of the place"), "Harbour site");
  await userEvent.type(screen.getByLabelText("Username"), "ada");
  await userEvent.type(screen.getByLabelText("Password"), "correct horse");
  const submit = () => userEvent.click(screen.getByRole("button", { name: "Make my account" }));
  await submit();
  const operation = running(environment, "SetUpPageMutation");
  expect(operation.request.variables).toEqual({
    input: { code: "abcd efgh jklm", place: "Harbour site", username: "ada", password: "correct horse" },
  });
  const errors = [{ field: "code", message: "This isn't the code.", remedy: "Look again." }];
  answer(environment, operation, { SignInPayload: () => ({ me: null, errors }) });
  expect(screen.getByLabelText("Set-up code")).toHaveAccessibleDescription(
    "This isn't the code. Look again.",
  );
  await submit();
  answer(environment, running(environment, "SetUpPageMutation"), { SignInPayload: () => ({ errors: [] }) });
  expect(await screen.findByRole("heading", { name: "Now the first camera" })).toBeVisible();
  expect(screen.getByDisplayValue(`camera-agent pair ${window.location.origin}`)).toBeVisible();
  expect(screen.getByRole("link", { name: "Enter the camera’s code" })).toHaveAttribute("href", "/pair");
});

test("leads on when there is an account", () => {
  show(false);
  expect(screen.queryByLabelText("Set-up code")).toBeNull();
});
