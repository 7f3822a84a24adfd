import { expect, test } from "vitest";

import { spanOf } from "./spans.ts";

test("a span ends with the present minute", () => {
  const now = Date.parse("2026-11-23T12:00:30Z");
  expect(spanOf("hour", now)).toEqual({
    since: "2026-11-23T11:01:00.000Z",
    until: "2026-11-23T12:01:00.000Z",
  });
  expect(spanOf("day", now)).toEqual(spanOf("day", now + 20_000));
});
