import { act, fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { createMockEnvironment } from "relay-test-utils";
import { expect, test, vi } from "vitest";

import { allRunning, answer, renderWithRelay, running } from "../../../test/renderWithRelay.tsx";
import { CompareFrames } from "./CompareFrames.tsx";

const MORNING = { left: Date.parse("2026-11-22T08:00:00Z"), right: Date.parse("2026-11-23T08:00:00Z") };

const frame = (id: string, capturedAt: string, changes: object = {}) => ({
  frame: {
    id,
    sequence: 7,
    capturedAt,
    width: 4000,
    height: 3000,
    imageUrl: `/media/frames/${id}.jpg`,
    largeUrl: `/media/large-thumbnails/${id}.jpg`,
    ...changes,
  },
});

const TIMELAPSE = {
  __typename: "Timelapse",
  timezone: "Europe/Zurich",
  left: frame("one", "2026-11-22T08:00:01.5Z"),
  right: frame("two", "2026-11-23T08:00:00Z"),
  frames: {
    edges: ["07:59:00", "08:00:01.5", "08:01:00"].map((time) => ({
      node: { capturedAt: `2026-11-22T${time}Z` },
    })),
  },
};

async function show(timelapse: object = TIMELAPSE) {
  const environment = createMockEnvironment();
  const [onChange, onClose] = [vi.fn(), vi.fn()];
  renderWithRelay(
    <Suspense fallback="loading">
      <CompareFrames
        timelapse="timelapse-1"
        comparison={MORNING}
        newest="2026-11-23T08:00:00Z"
        onChange={onChange}
        onClose={onClose}
      />
    </Suspense>,
    environment,
  );
  answer(environment, running(environment, "CompareFramesQuery"), {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    Timelapse: () => timelapse,
  });
  await act(async () => Promise.resolve());
  return { environment, onChange, onClose };
}

test("both pictures say when they were captured, by the clock of the place", async () => {
  await show();
  expect(screen.getByTestId("compare-left")).toHaveTextContent("Sun, 22 Nov 2026, 09:00:01");
  expect(screen.getByTestId("compare-right")).toHaveTextContent("Mon, 23 Nov 2026, 09:00:00");
  expect(screen.getByText(/23 h 59 min apart/)).toHaveTextContent("Europe/Zurich");
});

test("the divider has the focus, moves by the arrow keys, and says what is where", async () => {
  await show();
  const divider = screen.getByRole("slider", { name: "Divider" });
  expect(divider).toHaveFocus();
  fireEvent.change(divider, { target: { value: 51 } });
  expect(divider).toHaveAttribute(
    "aria-valuetext",
    "Sun, 22 Nov 2026, 09:00:01 on the left 51 percent, Mon, 23 Nov 2026, 09:00:00 on the right",
  );
  expect(screen.getAllByRole("img")[1]?.parentElement).toHaveStyle({ clipPath: "inset(0 49% 0 0)" });
});

test("the large thumbnails are shown, and the originals once somebody zooms in", async () => {
  await show();
  const sources = () => screen.getAllByRole("img").map((image) => image.getAttribute("src"));
  expect(sources()).toEqual(["/media/large-thumbnails/two.jpg", "/media/large-thumbnails/one.jpg"]);
  await userEvent.keyboard("+");
  expect(sources()).toEqual(["/media/frames/two.jpg", "/media/frames/one.jpg"]);
});

test("swapping exchanges the sides, and Escape leads back to the picture on the right", async () => {
  const { onChange, onClose } = await show();
  await userEvent.click(screen.getByRole("button", { name: "Swap" }));
  expect(onChange).toHaveBeenCalledWith({ left: MORNING.right, right: MORNING.left });
  await userEvent.keyboard("{Escape}");
  expect(onClose).toHaveBeenCalledWith(MORNING.right);
});

test("an earlier moment is offered only where a frame is near it", async () => {
  const { environment, onChange } = await show();
  const asked = allRunning(environment, "EarlierChoicesQuery")[0];
  if (asked === undefined) throw new Error("The choices were not asked for.");
  expect(asked.request.variables).toMatchObject({ day: "2026-11-22T08:00:00.000Z" });
  answer(environment, asked, {
    Node: () => ({ __typename: "Timelapse", id: "timelapse-1" }),
    Timelapse: () => ({
      hour: { distanceSeconds: 900, frame: { capturedAt: "2026-11-23T07:15:00Z" } },
      day: { distanceSeconds: -1.5, frame: { capturedAt: "2026-11-22T07:59:58.500Z" } },
      week: null,
      month: { distanceSeconds: 22 * 86400, frame: { capturedAt: "2026-11-14T08:00:00Z" } },
    }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "A day earlier" }));
  expect(onChange).toHaveBeenCalledWith({ ...MORNING, left: Date.parse("2026-11-22T07:59:58.500Z") });
  for (const name of ["An hour earlier", "A week earlier", "A month earlier"])
    expect(screen.queryByRole("button", { name })).not.toBeInTheDocument();
});

test("a picture whose file is missing says so, and the other stays", async () => {
  await show();
  const [, left] = screen.getAllByRole("img");
  if (left) fireEvent.error(left);
  expect(screen.getByText("This picture can’t be shown")).toBeVisible();
  expect(screen.getAllByRole("img")).toHaveLength(1);
});

test("says that the sizes differ, because the camera changed", async () => {
  await show({ ...TIMELAPSE, left: frame("one", "2026-11-22T08:00:00Z", { width: 1920, height: 1080 }) });
  expect(screen.getByText(/24 h|1 d/)).toHaveTextContent("The sizes differ: 1920×1080 and 4000×3000 pixels.");
});

test("says that both are the same frame", async () => {
  await show({ ...TIMELAPSE, left: TIMELAPSE.right });
  expect(screen.getByText(/Both are the same frame/)).toBeVisible();
});
