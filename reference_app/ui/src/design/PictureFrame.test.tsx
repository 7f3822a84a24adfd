import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { PictureFrame } from "./PictureFrame.tsx";

const frame = (url: string) => (
  <PictureFrame
    picture={{ url, alt: "Frame 7", testId: "picture" }}
    caption="Frame 7"
    emptyTitle="No frames yet"
    emptyText="The first one appears here."
  />
);

test("says that a picture can't be shown, until there is another or the connection is back", () => {
  const { rerender } = render(frame("/7.jpg"));
  fireEvent.error(screen.getByTestId("picture"));
  expect(screen.queryByTestId("picture")).toBeNull();
  expect(screen.getByText("This picture can’t be shown")).toBeVisible();
  expect(screen.queryByText("No frames yet")).toBeNull();
  rerender(frame("/8.jpg"));
  fireEvent.error(screen.getByTestId("picture"));
  act(() => {
    window.dispatchEvent(new Event("online"));
  });
  expect(screen.getByTestId("picture")).toHaveAttribute("src", "/8.jpg");
});
