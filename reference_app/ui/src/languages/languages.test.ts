import { expect, test } from "vitest";

import { languageFor } from "./languages.ts";

test.each([
  [null, ["de-AT", "en"], "de"],
  [null, ["fr", "de", "en"], "de"],
  [null, ["en-US", "de"], "en"],
  [null, ["fr"], "en"],
  [null, [], "en"],
  ["en", ["de"], "en"],
  ["de", ["en"], "de"],
  ["fr", ["de"], "de"],
  ["toString", [], "en"],
])("speaks to who chose %s and prefers %s: %s", (chosen, preferred, language) => {
  expect(languageFor(chosen, preferred)).toBe(language);
});
