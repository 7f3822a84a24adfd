import { expect, test } from "vitest";

import { toneOf, wordOf } from "./why.ts";

test("says why in words and never by colour alone", () => {
  expect([wordOf("card_full"), toneOf("card_full")]).toEqual(["The card was full", "bad"]);
  expect([wordOf("not_delivered"), toneOf("not_delivered")]).toEqual(["Not delivered yet", "attention"]);
});

test("takes a reason that it does not know for unknown", () => {
  expect([wordOf("solar_flare"), toneOf("solar_flare")]).toEqual(["Nobody told why", "quiet"]);
});
