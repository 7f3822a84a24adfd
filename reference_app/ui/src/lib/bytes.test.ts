import { expect, test } from "vitest";

import { formatBytes } from "./bytes.ts";

test.each([
  [0, "0 bytes"],
  [812, "812 bytes"],
  [4_600_000, "4.6 MB"],
  ["152000000000", "152 GB"],
  [9e15, "9000 TB"],
])("says %s as %s", (size, text) => {
  expect(formatBytes(size)).toBe(text);
});
