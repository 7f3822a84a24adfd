import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { CodeNotFetched } from "../../relay/code.ts";
import { RequestFailed } from "../../relay/network.ts";
import { session } from "../../relay/session.ts";
import { PageProblem } from "./PageProblem.tsx";
import { ReopenContext } from "./useReopen.ts";

function show(error: Error) {
  const onRetry = vi.fn();
  const again = vi.fn(() => Promise.resolve());
  const anew = vi.fn();
  render(
    <ReopenContext value={{ again, anew }}>
      <PageProblem error={error} onRetry={onRetry} />
    </ReopenContext>,
  );
  return { onRetry, again, anew };
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
  const { onRetry, again } = show(new Error("once"));
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await vi.waitFor(() => {
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
  expect(again).toHaveBeenCalledTimes(1);
});

test("what isn't there, what is refused and what failed look different", async () => {
  show(new RequestFailed("absent", "There is no such timelapse.", ""));
  expect(await screen.findByRole("heading", { name: "Page not found" })).toBeVisible();
  cleanup();
  show(new RequestFailed("refused", "You may not see it.", "Ask an administrator."));
  expect(await screen.findByRole("alert")).toHaveTextContent(
    /can’t see this page.*You may not see it. Ask an administrator./,
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

test("only loading everything anew fetches code again", async () => {
  const { again, anew } = show(new CodeNotFetched());
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  expect(anew).toHaveBeenCalledTimes(1);
  expect(again).not.toHaveBeenCalled();
});

test("an error of a session that has ended is forgotten when the next one begins", () => {
  session.end(session.current());
  const { anew } = show(new RequestFailed("signed_out", "You are not signed in.", ""));
  expect(anew).not.toHaveBeenCalled();
  act(() => {
    session.begin();
  });
  expect(anew).toHaveBeenCalledTimes(1);
});
