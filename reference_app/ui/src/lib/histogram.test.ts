import { expect, test } from "vitest";

import { histogramOf } from "./histogram.ts";

const pixels = (...colours: readonly (readonly [number, number, number])[]) =>
  new Uint8ClampedArray(colours.flatMap((colour) => [...colour, 255]));

test("counts each value of each colour, and the luminance as the eye weighs them", () => {
  const found = histogramOf(pixels([255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 255]));
  expect([found.red[255], found.green[255], found.blue[255]]).toEqual([1, 1, 2]);
  expect([found.luminance[54], found.luminance[182], found.luminance[18]]).toEqual([1, 1, 2]);
  expect(found.mean).toBeCloseTo((54 + 182 + 18 + 18) / 4 / 255);
});

test("what is black or blown out is so in all colours", () => {
  const found = histogramOf(pixels([0, 0, 0], [2, 1, 2], [255, 254, 253], [255, 255, 200], [0, 0, 90]));
  expect(found.black).toBe(0.4);
  expect(found.blownOut).toBe(0.2);
});

test("no pixels have no shares", () => {
  expect(histogramOf(pixels())).toMatchObject({ black: 0, blownOut: 0, mean: 0 });
});
