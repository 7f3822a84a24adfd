import { fireEvent, screen } from "@testing-library/react";
import { Suspense } from "react";
import { createMockEnvironment, MockPayloadGenerator, type MockEnvironment } from "relay-test-utils";
import { expect, test, vi } from "vitest";

import { answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { DayStrip } from "./DayStrip.tsx";

const mocks = (pendingDays: number) => ({
  Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
  DayStrip: () => ({
    url: `/media/day-strips/1.png?v=${String(pendingDays)}`,
    firstDay: "2026-03-28",
    days: 4,
    pendingDays,
  }),
});

function show(pendingDays: number): { environment: MockEnvironment; onSeek: ReturnType<typeof vi.fn> } {
  const environment = createMockEnvironment();
  const onSeek = vi.fn();
  environment.mock.queueOperationResolver((operation) =>
    MockPayloadGenerator.generate(operation, mocks(pendingDays)),
  );
  renderWithRelay(
    <Suspense fallback="loading">
      <DayStrip timelapse="timelapse-1" zone="Europe/Zurich" newest="now" onSeek={onSeek} />
    </Suspense>,
    environment,
  );
  return { environment, onSeek };
}

function clickAt(across: number, down: number) {
  const picture = screen.getByTestId("day-strip");
  picture.getBoundingClientRect = () => new DOMRect(0, 0, 720, 32);
  fireEvent.click(picture, { clientX: across * 720, clientY: down * 32 });
}

test("a click leads to the time of the line's day by the clock of the place", () => {
  const { onSeek } = show(0);
  clickAt(0.5, 0.1);
  expect(onSeek).toHaveBeenLastCalledWith(Date.parse("2026-03-28T12:00:00+01:00"));
  // On the day when the clock goes forward noon is an hour earlier.
  clickAt(0.5, 0.3);
  expect(onSeek).toHaveBeenLastCalledWith(Date.parse("2026-03-29T12:00:00+02:00"));
  clickAt(0.25, 0.99);
  expect(onSeek).toHaveBeenLastCalledWith(Date.parse("2026-03-31T06:00:00+02:00"));
});

test("what is still to draw is asked for again once the picture is there, and no further", () => {
  const { environment } = show(13);
  expect(screen.getByRole("status")).toHaveTextContent("13 days still to draw");
  fireEvent.load(screen.getByTestId("day-strip"));
  answer(environment, running(environment, "DayStripQuery"), mocks(0));
  expect(screen.getByRole("status")).toHaveTextContent("4 days, a line each");
  expect(screen.getByTestId("day-strip")).toHaveAttribute("src", "/media/day-strips/1.png?v=0");
  fireEvent.load(screen.getByTestId("day-strip"));
  expect(environment.mock.getAllOperations()).toEqual([]);
});

test("the days are saved as they are shown", () => {
  show(0);
  expect(screen.getByRole("link", { name: "Save all days as a picture" })).toHaveAttribute(
    "href",
    "/media/day-strips/1.png?v=0&download",
  );
});
