import { expect, test } from "vitest";

import { sharedText } from "./sharedText.ts";

test.each([
  [[], ""],
  [["It is offline."], ""],
  [["It is offline.", "It is offline."], "It is offline."],
  [["It is offline.", ""], ""],
  [["", ""], ""],
])("what %j share is %j", (texts, shared) => {
  expect(sharedText(texts)).toBe(shared);
});
