import { expect, test } from "vitest";

import { hasGap, staleAfterMs } from "./sequence.ts";

test.each([
  { last: null, kind: "SNAPSHOT", seq: 1, gap: false },
  { last: 41, kind: "SNAPSHOT", seq: 1, gap: false },
  { last: 1, kind: "DELTA", seq: 2, gap: false },
  { last: 1, kind: "HEARTBEAT", seq: 2, gap: false },
  { last: 1, kind: "DELTA", seq: 3, gap: true },
  { last: 3, kind: "DELTA", seq: 3, gap: true },
  { last: null, kind: "DELTA", seq: 2, gap: true },
])("after $last a $kind numbered $seq has a gap: $gap", ({ last, kind, seq, gap }) => {
  expect(hasGap(last, { kind, seq, heartbeatSeconds: 5 })).toBe(gap);
});

test("a subscription is stale after two beats", () => {
  expect(staleAfterMs(5)).toBe(10_000);
});
