import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, test, vi } from "vitest";

import { RequestFailed } from "../../relay/network.ts";
import { PageProblem } from "./PageProblem.tsx";

function show(error: Error) {
  const onRetry = vi.fn();
  const loader = vi.fn(() => null);
  const router = createMemoryRouter([
    {
      path: "/",
      loader,
      element: <PageProblem error={error} onRetry={onRetry} />,
      HydrateFallback: () => null,
    },
    { path: "/sign-in", element: <p>the sign-in page</p> },
  ]);
  render(<RouterProvider router={router} />);
  return { onRetry, loader, router };
}

test("shows what happened and what to do", async () => {
  show(new RequestFailed("unreachable", "The server can't be reached.", "Check that it runs."));
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The server can't be reached.");
  expect(alert).toHaveTextContent("Check that it runs.");
});

test("includes the message of an unknown error", async () => {
  show(new Error("fragment is cursed"));
  expect(await screen.findByRole("alert")).toHaveTextContent(/can’t be displayed.*fragment is cursed/);
});

test("reloads the data before it shows the page again", async () => {
  const { onRetry, loader } = show(new Error("once"));
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await vi.waitFor(() => {
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
  expect(loader).toHaveBeenCalledTimes(2);
});

test("redirects to the sign-in page, and back, when the session has expired", async () => {
  const { router } = show(new RequestFailed("signed_out", "You are not signed in.", ""));
  expect(await screen.findByText("the sign-in page")).toBeVisible();
  expect(router.state.location.search).toBe("?next=%2F");
});
