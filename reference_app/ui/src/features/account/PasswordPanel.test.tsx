import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { PasswordPanel } from "./PasswordPanel.tsx";

const NAME = "useChangePasswordMutation";

async function submit() {
  const { environment } = renderWithRelay(<PasswordPanel username="editor" />);
  await userEvent.type(screen.getByLabelText("Current password"), "correct horse");
  await userEvent.type(screen.getByLabelText("New password"), "battery staple");
  await userEvent.click(screen.getByRole("button", { name: "Change password" }));
  return environment;
}

test("changes the password, says so, and keeps neither in the form", async () => {
  const environment = await submit();
  const operation = running(environment, NAME);
  expect(operation.request.variables).toEqual({
    input: { current: "correct horse", password: "battery staple" },
  });
  answer(environment, operation, { ChangePasswordPayload: () => ({ errors: [] }) });
  expect(await screen.findByText(/Your password is changed/)).toBeVisible();
  expect(screen.getByLabelText("Current password")).toHaveValue("");
  expect(screen.getByLabelText("New password")).toHaveValue("");
});

test("shows each error at its field, and others above", async () => {
  const environment = await submit();
  const errors = [
    { field: "current", message: "This isn't your password.", remedy: "Check it." },
    { field: "password", message: "This password is too common.", remedy: "Choose another." },
    { field: null, message: "The disk is full.", remedy: "Make room." },
  ];
  answer(environment, running(environment, NAME), { ChangePasswordPayload: () => ({ errors }) });
  expect(await screen.findByRole("alert")).toHaveTextContent("The disk is full. Make room.");
  expect(screen.getByLabelText("Current password")).toHaveAccessibleDescription(
    "This isn't your password. Check it.",
  );
  expect(screen.getByLabelText("New password")).toHaveAccessibleDescription(
    "This password is too common. Choose another.",
  );
  expect(screen.queryByText(/Your password is changed/)).toBeNull();
});
