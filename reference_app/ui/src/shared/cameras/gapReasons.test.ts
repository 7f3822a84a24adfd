import { expect, test } from "vitest";

import { toneOf, labelOf } from "./gapReasons.ts";

test("has a label beside the colour", () => {
  expect([labelOf("card_full"), toneOf("card_full")]).toEqual(["The card was full", "bad"]);
  expect([labelOf("not_delivered"), toneOf("not_delivered")]).toEqual(["Not delivered yet", "attention"]);
});

test("labels an unexpected reason as unknown", () => {
  expect([labelOf("solar_flare"), toneOf("solar_flare")]).toEqual(["Unknown reason", "quiet"]);
});
