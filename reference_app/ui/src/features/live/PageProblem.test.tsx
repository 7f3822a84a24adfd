import { cleanup, render, screen } from "@testing-library/react";
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
  ]);
  render(<RouterProvider router={router} />);
  return { onRetry, loader };
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

test("what isn't there, what is refused and what failed look different", async () => {
  show(new RequestFailed("absent", "There is no such timelapse.", ""));
  expect(await screen.findByRole("heading", { name: "Page not found" })).toBeVisible();
  cleanup();
  show(new RequestFailed("refused", "You may not see it.", "Ask an administrator."));
  expect(await screen.findByRole("alert")).toHaveTextContent(
    /server refuses this page.*You may not see it. Ask an administrator./,
  );
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  cleanup();
  show(new RequestFailed("failed", "The server failed.", ""));
  expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
});

test("a page that could not be fetched heals when the server is back", async () => {
  const fetch = vi.fn().mockRejectedValue(new TypeError("failed to fetch"));
  vi.stubGlobal("fetch", fetch);
  const { onRetry } = show(new RequestFailed("unreachable", "The server can't be reached.", ""));
  await screen.findByRole("alert");
  await vi.waitFor(() => {
    window.dispatchEvent(new Event("online"));
    expect(fetch).toHaveBeenCalled();
  });
  expect(onRetry).not.toHaveBeenCalled();
  fetch.mockImplementation(() => Promise.resolve(Response.json({ data: { __typename: "Query" } })));
  await vi.waitFor(() => {
    window.dispatchEvent(new Event("online"));
    expect(onRetry).toHaveBeenCalled();
  });
  vi.unstubAllGlobals();
});
