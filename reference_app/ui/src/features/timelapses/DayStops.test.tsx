import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { DayStops } from "./DayStops.tsx";

const gap = {
  beginsAt: "2026-11-28T14:00:00Z",
  endsAt: "2026-11-28T14:20:00Z",
  reason: "silent",
  missed: 12,
};
const night = { beginsAt: "2026-11-28T00:00:00Z", endsAt: "2026-11-28T06:30:00Z" };

test("the keyboard reaches each gap and night of the day, in order, and goes there", async () => {
  const sought: number[] = [];
  render(<DayStops gaps={[gap]} nights={[night]} offset={0} onSeek={(moment) => sought.push(moment)} />);
  await userEvent.click(screen.getByText("1 gap, 1 night"));
  const [first, second] = screen.getAllByRole("button");
  expect(first).toHaveTextContent(/^00:00.* to 06:30.* · Night$/);
  expect(second).toHaveTextContent(/^14:00.* to 14:20.* · Gap: 12 frames missing · No contact$/);
  second?.focus();
  await userEvent.keyboard("{Enter}");
  expect(sought).toEqual([Date.parse(gap.beginsAt)]);
});

test("a day without gaps and nights says nothing of them", () => {
  const { container } = render(<DayStops gaps={[]} nights={[]} offset={0} onSeek={() => undefined} />);
  expect(container).toBeEmptyDOMElement();
});
