import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ComponentProps } from "react";
import { graphql } from "react-relay";
import { commitLocalUpdate } from "relay-runtime";
import type { MockEnvironment } from "relay-test-utils";
import { expect, test, vi } from "vitest";

import {
  allRunning,
  answer,
  answerQuestions,
  renderFromQuery,
  running,
} from "../../../test/renderWithRelay.tsx";
import { RequestFailed } from "../../relay/network.ts";
import type { TransitionsTestQuery } from "./__generated__/TransitionsTestQuery.graphql";
import { Transitions } from "./Transitions.tsx";

const offer = (over: object) => ({
  name: "archive",
  label: "Archive",
  kind: "NORMAL",
  confirm: null,
  asks: false,
  allowed: true,
  reasons: [],
  ...over,
});
const ASKING = { asks: true };
const TITLE = [{ name: "title", label: "Title" }];

function show(
  offers: readonly object[],
  except: readonly string[] = [],
  props: Omit<ComponentProps<typeof Transitions>, "of" | "except"> = {},
) {
  const film = () => ({ __typename: "Timelapse", id: "film-1", availableTransitions: offers });
  return renderFromQuery<TransitionsTestQuery>({
    query: graphql`
      query TransitionsTestQuery @relay_test_operation {
        node(id: "film-1") {
          ...Transitions_stateful @alias(as: "stateful")
        }
      }
    `,
    mocks: { Node: film, Timelapse: film },
    children: ({ node }) =>
      node?.stateful ? <Transitions of={node.stateful} except={except} {...props} /> : "nothing",
  }).environment;
}

test("whatever is offered has a button that sends its name", async () => {
  const environment = show([offer({}), offer({ name: "render", label: "Render" })], ["render"]);
  expect(screen.queryByRole("button", { name: "Render" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "film-1", name: "archive", input: {} },
  });
});

test("the title goes with the last button", () => {
  show([offer({})], [], { title: "Actions" });
  const actions = within(screen.getByRole("region", { name: "Actions" }));
  expect(actions.getAllByRole("button").map((each) => each.textContent)).toEqual(["Archive"]);
  show([offer({})], ["archive"], { title: "Nothing" });
  expect(screen.queryByRole("region", { name: "Nothing" })).toBeNull();
});

const named = (label: string, over: object = {}) => offer({ name: label.toLowerCase(), label, ...over });
const MANY = [
  named("Revoke", { kind: "DANGER", confirm: { title: "Revoke it?", text: "It can’t be undone." } }),
  named("Edit"),
  named("Capture", { kind: "PRIMARY" }),
  named("Preview"),
  named("Restart"),
  named("Deliver", {
    allowed: false,
    reasons: [{ code: "offline", message: "It is offline.", remedy: "Connect it." }],
  }),
];
const openMenu = () => userEvent.click(screen.getByRole("button", { name: "More actions" }));

test("the main one stands out, two stand beside it, and a menu has the rest with dangers last", async () => {
  show(MANY);
  expect(screen.getAllByRole("button").map((each) => each.textContent)).toEqual([
    "Capture",
    "Edit",
    "Preview",
    "", // the menu
  ]);
  expect(screen.getByRole("button", { name: "Capture" })).toHaveClass("MuiButton-contained");
  expect(screen.getByRole("button", { name: "Edit" })).toHaveClass("MuiButton-outlined");
  await openMenu();
  const menu = await screen.findByRole("menu", { name: "More actions" });
  expect([...menu.children].map((each) => (each.role === "separator" ? "—" : each.textContent))).toEqual([
    "Restart",
    "Deliver Not available: It is offline.Connect it.",
    "—",
    "Revoke",
  ]);
});

test("a transition that this page doesn’t know is done from the menu, by the keyboard alone", async () => {
  const environment = show([...MANY, named("Defrost")]);
  screen.getByRole("button", { name: "More actions" }).focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("menu");
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  expect(screen.getByRole("menuitem", { name: "Defrost" })).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: { id: "film-1", name: "defrost", input: {} },
  });
  await waitFor(() => {
    expect(screen.queryByRole("menu")).toBeNull();
  });
});

test("the menu says why an entry can't be chosen, also to the keyboard, and does nothing", async () => {
  const environment = show(MANY);
  await openMenu();
  await screen.findByRole("menu");
  await userEvent.keyboard("{ArrowDown}");
  const refused = screen.getByRole("menuitem", { name: /^Deliver Not available: It is offline/ });
  expect(refused).toHaveFocus();
  expect(refused).toHaveAttribute("aria-disabled", "true");
  expect(screen.getByText("It is offline.")).toBeVisible();
  await userEvent.keyboard("{Enter}");
  expect(allRunning(environment, "useTransitionMutation")).toHaveLength(0);
});

test("an entry of the menu asks first, and gives the focus back to the menu's button", async () => {
  const environment = show(MANY, [], { labels: { revoke: "Take its key" } });
  await openMenu();
  await userEvent.click(await screen.findByRole("menuitem", { name: "Take its key" }));
  const dialog = await screen.findByRole("dialog", { name: "Revoke it?" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Keep as it is" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  expect(screen.getByRole("button", { name: "More actions" })).toHaveFocus();
  expect(allRunning(environment, "useTransitionMutation")).toHaveLength(0);
});

test("what can't be undone is asked first, and may be left as it is", async () => {
  const environment = show([
    offer({ kind: "DANGER", confirm: { title: "Archive it?", text: "Nobody sees it any more." } }),
  ]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  const dialog = await screen.findByRole("dialog", { name: "Archive it?" });
  expect(dialog).toHaveTextContent("Nobody sees it any more.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Keep as it is" }));
  expect(allRunning(environment, "useTransitionMutation")).toHaveLength(0);
});

test("each field is asked for by a control of its kind, with its default", async () => {
  const environment = show([offer(ASKING)]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  answerQuestions(environment, [
    { name: "title", label: "Title" },
    { name: "days", label: "Days", kind: "WHOLE_NUMBER", default: 30, unit: "days" },
    { name: "quietly", label: "Quietly", kind: "YES_OR_NO", default: false },
    {
      name: "place",
      label: "Place",
      kind: "CHOICE",
      default: "disk",
      choices: [
        { value: "disk", label: "On the disk" },
        { value: "tape", label: "On tape" },
      ],
    },
  ]);
  const dialog = await screen.findByRole("dialog", { name: "Archive" });
  expect(await within(dialog).findByRole("textbox", { name: "Days in days" })).toHaveValue("30");
  expect(within(dialog).getByRole("combobox", { name: "Place" })).toHaveTextContent("On the disk");
  await userEvent.type(await within(dialog).findByRole("textbox", { name: "Title" }), "Dawn");
  await userEvent.click(within(dialog).getByRole("checkbox", { name: "Quietly" }));
  await userEvent.click(within(dialog).getByRole("button", { name: "Archive" }));
  expect(running(environment, "useTransitionMutation").request.variables).toEqual({
    input: {
      id: "film-1",
      name: "archive",
      input: { title: "Dawn", days: 30, quietly: true, place: "disk" },
    },
  });
});

test("the label of an empty field doesn’t lie over its unit", async () => {
  const environment = show([offer(ASKING)]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  answerQuestions(environment, [{ name: "days", label: "Days", kind: "NUMBER", unit: "days" }, ...TITLE]);
  expect(await screen.findByText("Days", { selector: "label" })).toHaveAttribute("data-shrink", "true");
  expect(screen.getByText("Title", { selector: "label" })).toHaveAttribute("data-shrink", "false");
});

test("a refusal is shown with its remedy", async () => {
  const environment = show([offer({})]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  answer(environment, running(environment, "useTransitionMutation"), {
    TransitionPayload: () => ({
      created: null,
      object: null,
      deletedId: null,
      errors: [{ message: "It is being rendered.", remedy: "Wait." }],
    }),
  });
  expect(await screen.findByText("It is being rendered.")).toBeVisible();
});

test("a refusal in a dialog leaves it open with what was typed, and closes it once accepted", async () => {
  const environment = show([offer(ASKING)]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  answerQuestions(environment, TITLE);
  const dialog = await screen.findByRole("dialog", { name: "Archive" });
  await userEvent.type(await within(dialog).findByRole("textbox", { name: "Title" }), "Dawn");
  const confirm = () => userEvent.click(within(dialog).getByRole("button", { name: "Archive" }));
  const reply = (errors: readonly object[]) => {
    answer(environment, running(environment, "useTransitionMutation"), {
      TransitionPayload: () => ({ created: null, object: null, deletedId: null, errors }),
    });
  };
  await confirm();
  reply([
    { field: "title", message: "It is taken.", remedy: "Choose another." },
    { field: null, message: "Nobody may now.", remedy: "Wait." },
  ]);
  expect(await within(dialog).findByText("It is taken. Choose another.")).toBeVisible();
  expect(within(dialog).getByRole("alert")).toHaveTextContent("Nobody may now. Wait.");
  expect(within(dialog).getByRole("textbox", { name: "Title" })).toHaveValue("Dawn");
  await confirm();
  reply([]);
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

test("a button that can't be pressed opens the panel that says why", async () => {
  const environment = show([
    offer({ allowed: false, reasons: [{ code: "held", message: "It is held.", remedy: "Wait." }] }),
  ]);
  await userEvent.click(screen.getByRole("button", { name: "Why?" }));
  expect(running(environment, "WhyPanelQuery").request.variables).toMatchObject({
    id: "film-1",
    to: "archive",
  });
});

const lacking = {
  allowed: false,
  reasons: [
    { code: "held", message: "It is held.", remedy: "Wait." },
    { code: "permission", message: "You may not.", remedy: "Ask an administrator for it." },
  ],
};

test("what a person may not do is no button: one line says so, of what the page offers elsewhere too", () => {
  show(
    [
      offer({ ...lacking }),
      named("Render", lacking),
      named("Share"),
      named("Edit"),
      named("Delete", lacking),
    ],
    ["delete"],
    { elsewhere: ["render", "edit"] },
  );
  expect(screen.getByTestId("for-others")).toHaveTextContent(
    "You don’t have the permission for: Archive, Render. Ask an administrator for it.",
  );
  expect(screen.getAllByRole("button").map((each) => each.textContent)).toEqual(["Share"]);
});

test("of many things that a person may not do it names the first", () => {
  show(["A", "B", "C", "D", "E"].map((name) => named(name, lacking)));
  expect(screen.getByTestId("for-others")).toHaveTextContent(
    "You don’t have the permission for: A, B, C and 2 more. Ask an administrator for it.",
  );
});

const OFFLINE = [{ code: "offline", message: "It is offline.", remedy: "Connect it." }];
const refused = (label: string, reasons: readonly object[] = OFFLINE) =>
  named(label, { allowed: false, reasons });

test("what all refused buttons share is said once, and describes each of them", () => {
  show([refused("Capture"), named("Edit"), refused("Preview")]);
  expect(screen.getAllByText("It is offline.")).toHaveLength(1);
  expect(screen.getAllByRole("button", { name: "Why?" })).toHaveLength(1);
  for (const name of ["Capture", "Preview"])
    expect(screen.getByRole("button", { name })).toHaveAccessibleDescription(/It is offline.*Connect it/);
  expect(screen.getByRole("button", { name: "Edit" })).not.toHaveAccessibleDescription();
});

test("why one of several is refused stands below all of them", () => {
  show([refused("Capture"), named("Edit")]);
  const [capture, edit] = screen.getAllByRole("button", { name: /Capture|Edit/ });
  expect(capture).toHaveAccessibleDescription(/It is offline.*Connect it/);
  const reason = screen.getByText("It is offline.");
  expect(edit?.compareDocumentPosition(reason)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

test("reasons that differ stand below their buttons", () => {
  const busy = [{ code: "busy", message: "It is busy.", remedy: "" }];
  show([refused("Capture"), refused("Preview", busy)]);
  expect(screen.getByRole("button", { name: "Capture" })).toHaveAccessibleDescription(/It is offline/);
  expect(screen.getByRole("button", { name: "Preview" })).toHaveAccessibleDescription(/It is busy/);
});

test("so does the menu say once what its refused entries share", async () => {
  show([named("Capture"), named("Edit"), named("Preview"), refused("Restart"), refused("Deliver")]);
  await openMenu();
  await screen.findByRole("menu");
  expect(screen.getAllByText("It is offline.")).toHaveLength(1);
  for (const name of ["Restart", "Deliver"])
    expect(screen.getByRole("menuitem", { name })).toHaveAccessibleDescription(/It is offline/);
  await userEvent.keyboard("{End}");
  expect(screen.getByRole("menuitem", { name: "Deliver" })).toHaveFocus();
});

const inTheMenu = [...MANY.slice(0, -2), named("Restart"), named("Rename", ASKING)];

/** A live update in which the object offers less. */
function offersOnly(environment: MockEnvironment, names: readonly string[]) {
  act(() => {
    commitLocalUpdate(environment, (store) => {
      const film = store.get("film-1");
      const offered = film?.getLinkedRecords("availableTransitions") ?? [];
      film?.setLinkedRecords(
        offered.filter((each) => names.includes(String(each.getValue("name")))),
        "availableTransitions",
      );
    });
  });
}

async function typedInto(environment: MockEnvironment, name: string) {
  answerQuestions(environment, TITLE);
  const dialog = await screen.findByRole("dialog", { name });
  await userEvent.type(await within(dialog).findByRole("textbox", { name: "Title" }), "Dawn");
  return dialog;
}

function keepsAndRefuses(dialog: HTMLElement, name: string) {
  expect(within(dialog).getByRole("textbox", { name: "Title" })).toHaveValue("Dawn");
  expect(within(dialog).getByRole("alert")).toHaveTextContent("This can’t be done any more.");
  expect(within(dialog).getByRole("button", { name })).toBeDisabled();
}

test("a dialog from the menu keeps what is typed when its entry goes, and says why it can't be done", async () => {
  const environment = show(inTheMenu);
  await openMenu();
  await userEvent.click(await screen.findByRole("menuitem", { name: "Rename" }));
  const dialog = await typedInto(environment, "Rename");
  offersOnly(environment, ["capture"]);
  keepsAndRefuses(dialog, "Rename");
  const asked = running(environment, "NoLongerPossibleQuery");
  expect(asked.request.variables).toEqual({ id: "film-1", to: "rename" });
  act(() => {
    const film = { __typename: "Timelapse", __isNode: "Timelapse", __isStateful: "Timelapse", id: "film-1" };
    environment.mock.resolve(asked, { data: { node: { ...film, reasons: OFFLINE } } });
  });
  expect(await within(dialog).findByText("It is offline.")).toBeVisible();
});

test("so does the dialog of a button, also when nothing is offered any more", async () => {
  const environment = show([named("Rename", ASKING)]);
  await userEvent.click(screen.getByRole("button", { name: "Rename" }));
  const dialog = await typedInto(environment, "Rename");
  offersOnly(environment, []);
  keepsAndRefuses(dialog, "Rename");
});

test("a dialog says that its object was deleted meanwhile", async () => {
  const environment = show([named("Rename", ASKING)]);
  await userEvent.click(screen.getByRole("button", { name: "Rename" }));
  const dialog = await typedInto(environment, "Rename");
  act(() => {
    commitLocalUpdate(environment, (store) => {
      store.delete("film-1");
    });
  });
  expect(await within(dialog).findByText("It was deleted meanwhile.")).toBeVisible();
  expect(within(dialog).getByRole("textbox", { name: "Title" })).toHaveValue("Dawn");
});

test("what a dialog asks for is being fetched before the button is pressed", async () => {
  const environment = show([offer(ASKING), named("Defrost")]);
  await userEvent.hover(screen.getByRole("button", { name: "Defrost" }));
  expect(allRunning(environment, "useQuestionsQuery")).toHaveLength(0);
  await userEvent.hover(screen.getByRole("button", { name: "Archive" }));
  expect(running(environment, "useQuestionsQuery").request.variables).toEqual({
    id: "film-1",
    name: "archive",
  });
  answerQuestions(environment, TITLE);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  const dialog = await screen.findByRole("dialog", { name: "Archive" });
  expect(await within(dialog).findByRole("textbox", { name: "Title" })).toBeVisible();
  expect(allRunning(environment, "useQuestionsQuery")).toHaveLength(0);
});

test("what somebody points at beside an open dialog doesn’t change what that asks for", async () => {
  const environment = show([offer(ASKING), offer({ ...ASKING, name: "defrost", label: "Defrost" })]);
  const other = screen.getByRole("button", { name: "Defrost" });
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  const dialog = await screen.findByRole("dialog", { name: "Archive" });
  fireEvent.pointerEnter(other);
  fireEvent.focus(other);
  expect(allRunning(environment, "useQuestionsQuery").map(({ request }) => request.variables)).toEqual([
    { id: "film-1", name: "archive" },
  ]);
  answerQuestions(environment, TITLE);
  expect(await within(dialog).findByRole("textbox", { name: "Title" })).toBeVisible();
  await userEvent.click(within(dialog).getByRole("button", { name: "Close" }));
  fireEvent.pointerEnter(other);
  expect(allRunning(environment, "useQuestionsQuery").at(-1)?.request.variables).toMatchObject({
    name: "defrost",
  });
});

test("a form begins with its first field, a question with the safe answer", async () => {
  const environment = show([offer(ASKING), named("Defrost", { confirm: { title: "Defrost?", text: "" } })]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  answerQuestions(environment, TITLE);
  const title = await screen.findByRole("textbox", { name: "Title" });
  await userEvent.tab();
  expect(title).toHaveFocus();
  await userEvent.keyboard("{Escape}");
  await userEvent.click(screen.getByRole("button", { name: "Defrost" }));
  const question = await screen.findByRole("dialog", { name: "Defrost?" });
  expect(within(question).getByRole("button", { name: "Keep as it is" })).toHaveFocus();
});

test("closing a dialog fetches nothing, though its button has the focus again", async () => {
  const environment = show([offer(ASKING)]);
  const button = screen.getByRole("button", { name: "Archive" });
  await userEvent.click(button);
  answerQuestions(environment, TITLE);
  const dialog = await screen.findByRole("dialog", { name: "Archive" });
  await within(dialog).findByRole("textbox", { name: "Title" });
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(button).toHaveFocus();
  expect(allRunning(environment, "useQuestionsQuery")).toHaveLength(0);
  await userEvent.click(button);
  answerQuestions(environment, TITLE);
  const again = await screen.findByRole("dialog", { name: "Archive" });
  expect(await within(again).findByRole("textbox", { name: "Title" })).toBeVisible();
});

test("a dialog opens at once, and nothing can be sent before its fields are there", async () => {
  const environment = show([offer(ASKING)]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  const dialog = await screen.findByRole("dialog", { name: "Archive" });
  expect(within(dialog).getByRole("status", { name: "Loading" })).toBeVisible();
  expect(within(dialog).getByRole("button", { name: "Archive" })).toBeDisabled();
  answerQuestions(environment, TITLE);
  expect(await within(dialog).findByRole("textbox", { name: "Title" })).toBeVisible();
  expect(within(dialog).getByRole("button", { name: "Archive" })).toBeEnabled();
});

test("fields that can't be fetched are said in the dialog, which asks again", async () => {
  const environment = show([offer(ASKING)]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  const dialog = await screen.findByRole("dialog", { name: "Archive" });
  vi.spyOn(console, "error").mockImplementation(() => undefined); // React reports what a boundary catches
  act(() => {
    const failure = new RequestFailed("failed", "The server failed.", "Try again later.");
    environment.mock.reject(running(environment, "useQuestionsQuery"), failure);
  });
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("The server failed. Try again later.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Try again" }));
  answerQuestions(environment, TITLE);
  expect(await within(dialog).findByRole("textbox", { name: "Title" })).toBeVisible();
});

test("a dialog of what is offered no more says so in place of its fields", async () => {
  const environment = show([offer(ASKING)]);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  const dialog = await screen.findByRole("dialog", { name: "Archive" });
  act(() => {
    const film = { __typename: "Timelapse", __isStateful: "Timelapse", id: "film-1" };
    environment.mock.resolve(running(environment, "useQuestionsQuery"), {
      data: { node: { ...film, availableTransition: null } },
    });
  });
  expect(await within(dialog).findByText("This can’t be done any more.")).toBeVisible();
  expect(within(dialog).getByRole("button", { name: "Archive" })).toBeDisabled();
});
