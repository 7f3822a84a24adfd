import { expect, test } from "vitest";

import { exposureFact } from "./exposure.ts";

test.each([
  ["shutter_s", "0.004", "1/250 s"],
  ["shutter_s", "1.5", "1.5 s"],
  ["shutter_s", "bulb", "Shutter s: bulb"],
  ["iso", "100", "ISO 100"],
  ["aperture", "8", "f/8"],
  ["aperture", "f/5.6", "f/5.6"],
  ["colour_gain", "1.8", "Colour gain: 1.8"],
])("%s of %s reads %s", (name, value, text) => {
  expect(exposureFact(name, value)).toBe(text);
});
