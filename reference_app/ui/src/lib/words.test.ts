import { expect, test } from "vitest";

import { humanize } from "./words.ts";

test.each([
  ["ready", "Ready"],
  ["not_started", "Not started"],
  ["", ""],
])("says %s as %s", (name, words) => {
  expect(humanize(name)).toBe(words);
});
