import { expect, test } from "vitest";

import { cellAt, moved, openness, spanOf } from "./weekCells.ts";

const open = [{ beginMinute: 390, endMinute: 1080 }];

test("a selection is one span on each of its days, whichever corner came first", () => {
  const corners = [
    { day: 4, number: 71 },
    { day: 0, number: 26 },
  ] as const;
  const span = { weekdays: [0, 1, 2, 3, 4], beginMinute: 390, endMinute: 1080 };
  expect(spanOf({ from: corners[0], to: corners[1] })).toEqual(span);
  expect(spanOf({ from: corners[1], to: corners[0] })).toEqual(span);
});

test("a cell is open, closed or partly open", () => {
  expect([25, 26, 71, 72].map((number) => openness(open, number))).toEqual([
    "closed",
    "open",
    "open",
    "closed",
  ]);
  expect(openness([{ beginMinute: 395, endMinute: 1080 }], 26)).toBe("partly open");
});

test("keys lead to the neighbours of a cell and not out of the week", () => {
  const noon = { day: 0, number: 48 };
  expect(moved(noon, "ArrowRight", false)).toEqual({ day: 0, number: 49 });
  expect(moved(noon, "ArrowLeft", true)).toEqual({ day: 0, number: 44 });
  expect(moved(noon, "ArrowUp", false)).toEqual(noon);
  expect(moved(noon, "ArrowDown", false)).toEqual({ day: 1, number: 48 });
  expect(moved(noon, "End", false)).toEqual({ day: 0, number: 95 });
  expect(moved(noon, "End", true)).toEqual({ day: 6, number: 95 });
  expect(moved({ day: 6, number: 95 }, "ArrowRight", true)).toEqual({ day: 6, number: 95 });
  expect(moved({ day: 6, number: 95 }, "Home", true)).toEqual({ day: 0, number: 0 });
  expect(moved(noon, "a", false)).toBeNull();
});

test("the cell at a point is the nearest one for points outside of the rows", () => {
  const rows = [0, 30].map((top) => {
    const row = document.createElement("div");
    row.getBoundingClientRect = () => new DOMRect(40, top, 960, 30);
    return row;
  });
  expect(cellAt(rows, 40, 0)).toEqual({ day: 0, number: 0 });
  expect(cellAt(rows, 305, 45)).toEqual({ day: 1, number: 26 });
  expect(cellAt(rows, 0, -9)).toEqual({ day: 0, number: 0 });
  expect(cellAt(rows, 2000, 2000)).toEqual({ day: 1, number: 95 });
});
