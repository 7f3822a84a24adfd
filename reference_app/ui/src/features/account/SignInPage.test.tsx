import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { RequestFailed } from "../../relay/network.ts";
import { SignInPage } from "./SignInPage.tsx";

const NAME = "useSignInMutation";

afterEach(() => {
  window.history.replaceState(null, "", "/");
});

async function submit(at = "/") {
  window.history.replaceState(null, "", at);
  const { environment, visited } = renderWithRelay(<SignInPage />);
  await userEvent.type(screen.getByLabelText("Username"), "editor");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  return { environment, visited };
}

test("signs in and opens the requested page", async () => {
  const { environment, visited } = await submit("/?next=%2Fcameras%2FQ2E%253D");
  const operation = running(environment, NAME);
  expect(operation.request.variables).toEqual({ input: { username: "editor", password: "secret" } });
  answer(environment, operation, { SignInPayload: () => ({ errors: [] }) });
  expect(await screen.findByText("elsewhere")).toBeVisible();
  expect(visited.at(-1)).toBe("/cameras/Q2E%3D");
});

test.each([
  "//evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "/\\evil.example",
  "/\t/evil.example",
  "/.//evil.example",
])("never redirects to %s", async (next) => {
  const { environment } = await submit(`/?next=${encodeURIComponent(next)}`);
  answer(environment, running(environment, NAME), { SignInPayload: () => ({ errors: [] }) });
  expect(screen.queryByText("elsewhere")).toBeNull();
});

test("shows what is wrong and what to do when the server refuses", async () => {
  const { environment } = await submit();
  answer(environment, running(environment, NAME), {
    SignInPayload: () => ({ me: null, errors: [{ message: "No such account.", remedy: "Check the name." }] }),
  });
  expect(await screen.findByText("No such account.")).toBeVisible();
  expect(screen.getByText("Check the name.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => {
    expect(screen.queryByText("No such account.")).toBeNull();
  });
});

test("shows when the server can't be reached", async () => {
  const { environment } = await submit();
  act(() => {
    environment.mock.reject(
      running(environment, NAME),
      new RequestFailed("unreachable", "Nobody there.", "Start it."),
    );
  });
  expect(await screen.findByText("Nobody there.")).toBeVisible();
  expect(screen.getByText("Start it.")).toBeVisible();
});
