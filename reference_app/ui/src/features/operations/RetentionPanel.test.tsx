import { screen } from "@testing-library/react";
import { graphql } from "react-relay";
import { expect, test } from "vitest";

import { renderFromQuery } from "../../../test/renderWithRelay.tsx";
import type { RetentionPanelTestQuery } from "./__generated__/RetentionPanelTestQuery.graphql";
import { RetentionPanel } from "./RetentionPanel.tsx";

test.each([
  [1204, 3_100_000_000, "The next run would delete 1,204 frames, 3.1 GB."],
  [0, 0, "There is nothing to delete now."],
])("says what the retention keeps, and what it would delete: %i frames", (frames, bytes, text) => {
  renderFromQuery<RetentionPanelTestQuery>({
    query: graphql`
      query RetentionPanelTestQuery @relay_test_operation {
        retention {
          ...RetentionPanel_retention
        }
      }
    `,
    mocks: { Retention: () => ({ keepAllDays: 30, keepEvery: 10, timelapses: 2, frames, bytes }) },
    children: ({ retention }) => (retention ? <RetentionPanel retention={retention} /> : "off"),
  });
  expect(
    screen.getByText(
      "All frames are kept for 30 days. Of older frames, one of 10 is kept. 2 timelapses have a retention of their own.",
    ),
  ).toBeVisible();
  expect(screen.getByText(text)).toBeVisible();
});
