import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { graphql } from "react-relay";
import { expect, test, vi } from "vitest";

import { renderFromQuery } from "../../../test/renderWithRelay.tsx";
import type { TransitionButtonTestQuery } from "./__generated__/TransitionButtonTestQuery.graphql";
import { TransitionButton } from "./TransitionButton.tsx";

function show(transition: object, busy = false, why?: ReactNode) {
  const onPress = vi.fn();
  renderFromQuery<TransitionButtonTestQuery>({
    query: graphql`
      query TransitionButtonTestQuery @relay_test_operation {
        node(id: "movie") {
          ... on Movie {
            availableTransitions {
              ...TransitionButton_transition
            }
          }
        }
      }
    `,
    mocks: { Node: () => ({ __typename: "Movie" }), Transition: () => transition },
    children: ({ node }) =>
      node?.availableTransitions?.map((each, index) => (
        <TransitionButton
          key={index}
          transition={each}
          onPress={onPress}
          busy={busy}
          why={why}
          testId="button"
        />
      )),
  });
  return onPress;
}

test("can be pressed when the server allows it", async () => {
  const onPress = show({ label: "Render", allowed: true, reasons: [] });
  await userEvent.click(screen.getByRole("button", { name: "Render" }));
  expect(onPress).toHaveBeenCalledTimes(1);
});

test("shows the reasons and remedies, and does nothing when pressed", async () => {
  const onPress = show({
    label: "Render",
    allowed: false,
    reasons: [{ code: "no_frames", message: "There are no frames yet.", remedy: "Wait for the first." }],
  });
  const button = screen.getByRole("button", { name: "Render" });
  expect(screen.getByText("There are no frames yet.")).toBeVisible();
  expect(screen.getByText("Wait for the first.")).toBeVisible();
  expect(button).toHaveAttribute("aria-disabled", "true");
  expect(button).toHaveAccessibleDescription(/There are no frames yet.*Wait for the first/);
  await userEvent.tab();
  expect(button).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  expect(onPress).not.toHaveBeenCalled();
});

test("can't be pressed again while the first request is in progress", async () => {
  const onPress = show({ label: "Render", allowed: true, reasons: [] }, true);
  await userEvent.click(screen.getByTestId("button"), { pointerEventsCheck: 0 });
  expect(onPress).not.toHaveBeenCalled();
});

test("holds are said in short where a panel names them, and nothing of it when it is allowed", () => {
  const held = { code: "held", message: "import on camera 8f3b is held by vm:17914.", remedy: "Wait." };
  const missing = { code: "no_frames", message: "There are no frames yet.", remedy: "Wait for the first." };
  show({ label: "Render", allowed: false, reasons: [held, missing, held] }, false, <button>Why?</button>);
  expect(screen.getAllByRole("listitem").map((each) => each.textContent)).toEqual([
    "Something else has to end first.",
    "There are no frames yet.Wait for the first.",
  ]);
  expect(screen.getByRole("button", { name: "Why?" })).toBeVisible();
});
