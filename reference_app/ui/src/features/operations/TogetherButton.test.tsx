import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { TogetherButton } from "./TogetherButton.tsx";
import { workFilterOf } from "./workFilter.ts";

const reason = {
  __typename: "Reason",
  code: "permission",
  message: "You may not.",
  remedy: "Ask Ann.",
  params: {},
};
const outcome = (id: string, reasons: readonly object[] = []) => ({
  object: { __typename: "Movie", id, displayName: `Movie ${id}`, state: "queued", availableTransitions: [] },
  reasons,
});

async function count(address: string, outcomes: readonly object[], hasMore = false) {
  const { environment } = renderWithRelay(<TogetherButton filter={workFilterOf(address)} />);
  await userEvent.click(screen.getByRole("button"));
  const query = running(environment, "TogetherButtonQuery");
  answer(environment, query, { WorkProspects: () => ({ outcomes, hasMore }) });
  return { environment, query, dialog: await screen.findByRole("dialog") };
}

test("counts what matches, says why the others can't, and names those that it counted when it does it", async () => {
  const { environment, query, dialog } = await count("show=under-way&kind=movie", [
    outcome("1"),
    outcome("2", [reason]),
    outcome("3", [reason]),
  ]);
  expect(query.request.variables).toMatchObject({
    doing: "CANCEL",
    filter: { ended: false, kinds: ["MOVIE"] },
  });
  expect(dialog).toHaveAccessibleName("Cancel 1 of 3?");
  expect(dialog).toHaveTextContent("2 can’t be cancelled:Movie 2, Movie 3: You may not. Ask Ann.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Cancel 1" }));
  const mutation = running(environment, "useDoWithWorkMutation");
  expect(mutation.request.variables).toEqual({ input: { doing: "CANCEL", ids: ["1"] } });
  answer(environment, mutation, {
    DoWithWorkPayload: () => ({ outcomes: [outcome("1")], missing: 0, errors: [] }),
  });
  expect(await screen.findByRole("dialog", { name: "Cancelled 1 of 1" })).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
});

test("retries only what failed or was cancelled, and says that more match than are done at once", async () => {
  const { query, dialog } = await count("", [outcome("1"), outcome("2")], true);
  expect(query.request.variables).toMatchObject({
    doing: "RETRY",
    filter: { stages: ["FAILED", "CANCELLED"] },
  });
  expect(dialog).toHaveAccessibleName("Retry 2 of 2?");
  expect(dialog).toHaveTextContent("These are the newest 2. More match");
});

test("says that nothing can be done where nothing matches, and offers nothing to do", async () => {
  const { dialog } = await count("show=under-way", []);
  expect(dialog).toHaveAccessibleName("There is nothing to cancel");
  expect(within(dialog).getAllByRole("button")).toHaveLength(1);
});

test("offers nothing to do with what succeeded", () => {
  renderWithRelay(<TogetherButton filter={workFilterOf("state=succeeded")} />);
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});
