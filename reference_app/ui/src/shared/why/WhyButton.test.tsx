import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { answer, renderWithRelay, running, send } from "../../../test/renderWithRelay.tsx";
import { WhyButton } from "./WhyButton.tsx";

const cancel = {
  name: "cancel",
  label: "Cancel",
  kind: "NORMAL",
  confirm: null,
  asks: false,
  allowed: true,
  reasons: [],
};
const plain = {
  remedy: "",
  detail: "",
  since: null,
  earliest: null,
  latest: null,
  subject: null,
  action: null,
};
const held = {
  ...plain,
  id: "L1",
  kind: "HOLD",
  code: "held",
  message: "Movie 2 of Roof is made first (started by editor).",
  since: new Date(Date.now() - 2 * 3_600_000).toISOString(),
  detail: "Lock “render”, held by celery@roof",
  subject: { __typename: "Movie", id: "M2", displayName: "Movie 2 of Roof", timelapse: { id: "T1" } },
  action: {
    label: "Ask it to stop",
    transition: "cancel",
    object: { __typename: "Movie", id: "M2", availableTransitions: [cancel] },
  },
};
const noWorker = {
  ...plain,
  id: "L2",
  kind: "WORKER",
  code: "no_worker",
  message: "No worker is there to do it.",
  remedy: "Start a worker: celery worker",
};
const starts = {
  ...plain,
  id: "L3",
  kind: "START",
  code: "starts",
  message: "Then its turn comes.",
  earliest: new Date(Date.now() + 60_000).toISOString(),
  latest: new Date(Date.now() + 600_000).toISOString(),
};

async function open(links: readonly object[]) {
  const rendered = renderWithRelay(<WhyButton of="M3" />);
  expect(rendered.environment.mock.getAllOperations()).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Why?" }));
  answer(rendered.environment, running(rendered.environment, "WhyPanelQuery"), {
    Why: () => ({ id: "Why:M3", summary: links.length === 0 ? "Nothing is waiting." : "", links }),
  });
  return rendered;
}

test("asks nothing until it is opened, and says in three words that nothing waits", async () => {
  await open([]);
  expect(await screen.findByText("Nothing is waiting.")).toBeVisible();
});

test("reads from top to bottom, each line with its one action", async () => {
  const { environment } = await open([held, noWorker, starts]);
  const lines = await screen.findAllByTestId("why-line");
  expect(lines.map((line) => line.getAttribute("data-code"))).toEqual(["held", "no_worker", "starts"]);
  expect(lines[0]).toHaveTextContent("Movie 2 of Roof is made first (started by editor). for 2 h");
  expect(lines[1]).toHaveTextContent("Start a worker: celery worker");
  expect(lines[2]).toHaveTextContent(/Then its turn comes\. between .* and /);
  const first = within(lines[0] ?? document.body);
  expect(first.getByRole("link", { name: "Show Movie 2 of Roof" })).toHaveAttribute("href", "/movies/M2");
  await userEvent.click(first.getByRole("button", { name: "Ask it to stop" }));
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "M2", name: "cancel", input: {} },
  });
});

test("what the object itself offers stands beside it, and not here once more; another's is no main button", async () => {
  const retry = { ...cancel, name: "retry", label: "Retry", kind: "PRIMARY" };
  const failure = (id: string) => ({
    ...plain,
    id: `failure of ${id}`,
    kind: "FAILURE",
    code: "disk_full",
    message: `The disk was full for ${id}.`,
    action: {
      label: "",
      transition: "retry",
      object: { __typename: "Movie", id, availableTransitions: [retry] },
    },
  });
  await open([failure("M3"), failure("M2")]);
  const [own, other] = await screen.findAllByTestId("why-line");
  expect(within(own ?? document.body).queryByRole("button")).toBeNull();
  expect(within(other ?? document.body).getByRole("button", { name: "Retry" })).not.toHaveClass(
    "MuiButton-contained",
  );
});

test("nobody is shown what they may not do", async () => {
  const reasons = [{ code: "permission", message: "It takes a permission.", remedy: "Ask." }];
  const object = { ...held.action.object, availableTransitions: [{ ...cancel, allowed: false, reasons }] };
  await open([{ ...held, action: { ...held.action, object } }]);
  const line = await screen.findByTestId("why-line");
  expect(within(line).queryByRole("button")).toBeNull();
  expect(line).not.toHaveTextContent("permission");
});

test("names of machines are shown on request", async () => {
  await open([held]);
  const summary = await screen.findByText("Details");
  expect(summary.closest("details")).not.toHaveAttribute("open");
});

test("follows what changes while it is open", async () => {
  const { environment } = await open([held]);
  await screen.findAllByTestId("why-line");
  send(environment, running(environment, "useWhySubscription"), {
    WhyUpdate: () => ({ kind: "SNAPSHOT", seq: 1, heartbeatSeconds: 5, gone: [] }),
    Why: () => ({ id: "Why:M3", summary: "", links: [noWorker] }),
  });
  expect(screen.getByTestId("why-line")).toHaveTextContent("No worker is there");
  expect(screen.queryByRole("button", { name: "Ask it to stop" })).toBeNull();
});

const confirm = { __typename: "Confirmation", title: "Delete Roof?", text: "Its movies are deleted too." };
const remove = { ...cancel, name: "start_deleting", label: "Delete", kind: "DANGER", confirm };
const step = (type: string, id: string, displayName: string, offered: typeof cancel | typeof remove) => ({
  label: offered.label,
  transition: offered.name,
  allowed: offered.allowed,
  reasons: [],
  object: { __typename: type, id, displayName, availableTransitions: [offered] },
});
const movieStep = step("Movie", "M2", "Movie 2 of Roof", cancel);
const blocked = step("Timelapse", "T1", "Roof", { ...remove, allowed: false });

async function openPlan(plan: readonly object[] | null) {
  const { environment } = renderWithRelay(<WhyButton of="T1" to="start_deleting" />);
  await userEvent.click(screen.getByRole("button", { name: "Why?" }));
  const query = running(environment, "WhyPanelQuery");
  expect(query.request.variables).toEqual({ id: "T1", to: "start_deleting", plans: true });
  const about = { __typename: "Timelapse", id: "T1", plan };
  answer(environment, query, { Why: () => ({ id: "Why:T1", summary: "", links: [held], about }) });
  await screen.findAllByTestId("why-line");
  return environment;
}

test("the step whose turn has come can be pressed, and those after it wait for it", async () => {
  const environment = await openPlan([movieStep, blocked]);
  const [first, last] = screen.getAllByTestId("plan-step");
  expect(last).toHaveTextContent("Delete: Roof");
  expect(within(last ?? document.body).queryByRole("button")).toBeNull();
  await userEvent.click(
    within(first ?? document.body).getByRole("button", { name: "Cancel: Movie 2 of Roof" }),
  );
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "M2", name: "cancel", input: {} },
  });
});

test("once nothing is in the way, the last step is pressed and confirmed as everywhere", async () => {
  const environment = await openPlan([movieStep, blocked]);
  send(environment, running(environment, "useWhySubscription"), {
    WhyUpdate: () => ({ kind: "SNAPSHOT", seq: 1, heartbeatSeconds: 5, gone: [] }),
    Why: () => ({
      id: "Why:T1",
      summary: "Nothing is waiting.",
      links: [],
      about: { __typename: "Timelapse", id: "T1", plan: [step("Timelapse", "T1", "Roof", remove)] },
    }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Delete: Roof" }));
  expect(await screen.findByRole("dialog", { name: "Delete Roof?" })).toHaveTextContent(
    "Its movies are deleted too.",
  );
});

test.each([[[blocked]], [[]], [null]])("a plan that helps nobody is not shown: %#", async (plan) => {
  await openPlan(plan);
  expect(screen.queryByTestId("plan")).toBeNull();
});
