import { expect, test } from "vitest";

import { curvePoints, nearest, placer, runs } from "./healthCurve.ts";

const MINUTE = 60_000;
const POINT = 5 * MINUTE;
const point = (minutes: number, value = 50) => ({
  at: minutes * MINUTE,
  low: value - 1,
  mean: value,
  high: value + 1,
});
const extent = { since: 0, until: 100 * MINUTE, pointMs: POINT, bottom: 0, top: 100 };

test("points that follow one another are one run, and a missing one ends it", () => {
  const found = runs([point(0), point(5), point(10), point(20), point(40), point(45)], POINT);
  expect(found.map((run) => run.map(({ at }) => at / MINUTE))).toEqual([[0, 5, 10], [20], [40, 45]]);
});

test("a first point that begins within its time is no gap", () => {
  expect(runs([point(2), point(5)], POINT)).toHaveLength(1);
});

test("nothing has no runs", () => {
  expect(runs([], POINT)).toEqual([]);
});

test("a value stands where the scale has it, and a point in its middle", () => {
  const { x, y } = placer(extent, 1000, 100);
  expect([x(0), x(95 * MINUTE)]).toEqual([25, 975]);
  expect([y(0), y(50), y(100)]).toEqual([100, 50, 0]);
});

test("what begins before the chart or ends after it stays inside", () => {
  const { x } = placer(extent, 1000, 100);
  expect([x(-60 * MINUTE), x(120 * MINUTE)]).toEqual([0, 1000]);
});

test("the point below the pointer is found across gaps", () => {
  const points = [point(0), point(5), point(90)];
  expect([0, 0.074, 0.4, 0.6, 1].map((share) => nearest(points, share, extent))).toEqual([0, 1, 1, 2, 2]);
  expect(nearest([], 0.5, extent)).toBe(-1);
});

test("points without a readable time are left out", () => {
  const values = { low: 1, mean: 2, high: 3 };
  expect(
    curvePoints([
      { at: "soon", ...values },
      { at: "1970-01-01T00:05:00Z", ...values },
    ]),
  ).toEqual([{ at: POINT, ...values }]);
});
