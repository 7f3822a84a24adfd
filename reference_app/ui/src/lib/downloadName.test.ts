import { expect, test } from "vitest";

import { downloadName } from "./downloadName.ts";

const original = { filename: "DSC_0042.NEF", url: "/media/frames/7.raw" };

test("says of what and when it is, and keeps the kind of the original", () => {
  expect(downloadName("Harbour", "2026-11-23T14:32:05", original)).toBe("Harbour 2026-11-23 14.32.05.nef");
});

test("takes the kind from the address if the name is not known", () => {
  const unnamed = { ...original, filename: "" };
  expect(downloadName("Harbour", "2026-11-23T14:32:05", unnamed)).toBe("Harbour 2026-11-23 14.32.05.raw");
});

test("has nothing in it that a system refuses", () => {
  expect(downloadName('North/South: "A"', "2026-11-23T14:32:05", original)).toBe(
    "North-South- -A- 2026-11-23 14.32.05.nef",
  );
});
