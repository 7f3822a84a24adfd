import { screen } from "@testing-library/react";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { renderFromQuery } from "../../../test/renderWithRelay.tsx";
import type { CausedStepsTestQuery } from "./__generated__/CausedStepsTestQuery.graphql";
import { CausedSteps } from "./CausedSteps.tsx";

const line = {
  id: "S1",
  depth: 0,
  message: "A click reached the server.",
  at: new Date(Date.now() - 60_000).toISOString(),
  durationSeconds: 0.2,
  outcome: "done",
  isCause: false,
  failure: "",
};
const failed = {
  ...line,
  id: "S2",
  depth: 9,
  message: "Rendering.",
  durationSeconds: 75,
  outcome: "failed",
  isCause: true,
  failure: "All pictures are damaged.",
};

const show = (caused: object | null) =>
  renderFromQuery<CausedStepsTestQuery>({
    query: graphql`
      query CausedStepsTestQuery @relay_test_operation {
        why(id: "M1") {
          ...CausedSteps_why
        }
      }
    `,
    mocks: { Why: () => ({ id: "Why:M1", caused }) },
    children: ({ why }) => <CausedSteps why={why} />,
  });

test("each line says what, when, how long and how it ended, and the failure stands out", () => {
  show({ note: "", logUrl: "/admin/log/c/", steps: [line, failed] });
  const [first, last] = screen.getAllByTestId("caused-step");
  expect(first).toHaveTextContent(/A click reached the server\. 1 min ago · under a second · done/);
  expect(last).toHaveTextContent(/took 1 min 15 s · failed/);
  expect(last).toHaveTextContent("All pictures are damaged.");
  expect(last).toHaveAttribute("data-cause", "true");
  expect(screen.getByRole("link", { name: "All of it in the log", hidden: true })).toHaveAttribute(
    "href",
    "/admin/log/c/",
  );
});

test("an absent log is said, and offers no link", () => {
  show({ note: "The log has nothing of this request any more.", logUrl: null, steps: [] });
  expect(screen.getByText("The log has nothing of this request any more.")).toBeInTheDocument();
  expect(screen.queryByRole("link", { hidden: true })).toBeNull();
});

test("shows nothing for what nobody requests", () => {
  show(null);
  expect(screen.queryByTestId("caused")).toBeNull();
});
