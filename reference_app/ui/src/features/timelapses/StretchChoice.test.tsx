import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";

import { StretchChoice, type ChosenStretch } from "./StretchChoice.tsx";

const [NINE, TEN] = [Date.parse("2026-11-23T08:00:00Z"), Date.parse("2026-11-23T09:00:00Z")];

const others = ({ from, to }: ChosenStretch) => <span>{`others ${String(to - from)}`}</span>;

function Marking({ moment, onMakeMovie }: { readonly moment: number; readonly onMakeMovie: () => void }) {
  const [marked, setMarked] = useState<number | null>(null);
  const shared = { moment, marked, onMark: setMarked, onMakeMovie, others };
  return <StretchChoice zone="Europe/Zurich" {...shared} />;
}

test("a marked start and the frame that is shown are the ends of a movie", async () => {
  const onMakeMovie = vi.fn();
  const { rerender } = render(<Marking moment={NINE} onMakeMovie={onMakeMovie} />);
  await userEvent.click(screen.getByRole("button", { name: "Start here" }));
  expect(screen.getByRole("button", { name: "Make a movie…" })).toBeDisabled();
  expect(screen.getByText("others 0")).toBeVisible();
  rerender(<Marking moment={TEN} onMakeMovie={onMakeMovie} />);
  expect(screen.getByText("others 3600000")).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent(
    "Mon, 23 Nov 2026, 09:00:00 to Mon, 23 Nov 2026, 10:00:00",
  );
  await userEvent.click(screen.getByRole("button", { name: "Make a movie…" }));
  expect(onMakeMovie).toHaveBeenCalledWith({ from: NINE, to: TEN });
});

test("an earlier frame becomes the start, and the mark can be forgotten", async () => {
  const onMakeMovie = vi.fn();
  const { rerender } = render(<Marking moment={TEN} onMakeMovie={onMakeMovie} />);
  await userEvent.click(screen.getByRole("button", { name: "Start here" }));
  rerender(<Marking moment={NINE} onMakeMovie={onMakeMovie} />);
  await userEvent.click(screen.getByRole("button", { name: "Make a movie…" }));
  expect(onMakeMovie).toHaveBeenCalledWith({ from: NINE, to: TEN });
  await userEvent.click(screen.getByRole("button", { name: "Forget the start" }));
  expect(screen.getByRole("button", { name: "Start here" })).toBeVisible();
});
