import { describe, expect, test } from "vitest";

import { judge } from "./liveness.ts";

const NEXT_BY = 100_000;
const GRACE = 10_000;

describe("judge", () => {
  test.each([
    { told: "ALIVE", nextBy: NEXT_BY, now: NEXT_BY - 1, connected: true, liveness: "alive", overdue: 0 },
    { told: "ALIVE", nextBy: NEXT_BY, now: NEXT_BY, connected: true, liveness: "alive", overdue: 0 },
    { told: "ALIVE", nextBy: NEXT_BY, now: NEXT_BY + 1, connected: true, liveness: "late", overdue: 1 },
    {
      told: "ALIVE",
      nextBy: NEXT_BY,
      now: NEXT_BY + GRACE,
      connected: true,
      liveness: "late",
      overdue: GRACE,
    },
    {
      told: "ALIVE",
      nextBy: NEXT_BY,
      now: NEXT_BY + GRACE + 1,
      connected: true,
      liveness: "stalled",
      overdue: GRACE + 1,
    },
    { told: "STALLED", nextBy: NEXT_BY, now: NEXT_BY - 1, connected: true, liveness: "alive", overdue: 0 },
    {
      told: "FINISHED",
      nextBy: NEXT_BY,
      now: NEXT_BY + 99_999,
      connected: true,
      liveness: "finished",
      overdue: 0,
    },
    { told: "FINISHED", nextBy: NEXT_BY, now: NEXT_BY, connected: false, liveness: "finished", overdue: 0 },
    {
      told: "ALIVE",
      nextBy: NEXT_BY,
      now: NEXT_BY + 99_999,
      connected: false,
      liveness: "unknown",
      overdue: 0,
    },
    { told: "LATE", nextBy: null, now: NEXT_BY, connected: true, liveness: "late", overdue: 0 },
    { told: "STALLED", nextBy: null, now: NEXT_BY, connected: true, liveness: "stalled", overdue: 0 },
    { told: "ALIVE", nextBy: null, now: NEXT_BY, connected: true, liveness: "alive", overdue: 0 },
    { told: "UNKNOWN", nextBy: null, now: NEXT_BY, connected: true, liveness: "unknown", overdue: 0 },
    { told: "SOMETHING_NEW", nextBy: null, now: NEXT_BY, connected: true, liveness: "unknown", overdue: 0 },
  ])(
    "told $told, due $nextBy, at $now, connected $connected: $liveness",
    ({ told, nextBy, now, connected, liveness, overdue }) => {
      const judgement = judge({ told, nextBy, graceMs: GRACE, beatAt: null }, now, connected);
      expect(judgement).toEqual({ liveness, overdueMs: overdue, silentMs: null });
    },
  );

  test("counts the silence since the last sign, never below zero", () => {
    const pulse = { told: "ALIVE", nextBy: NEXT_BY, graceMs: GRACE, beatAt: 95_000 };
    expect(judge(pulse, 97_000, true).silentMs).toBe(2000);
    expect(judge(pulse, 94_000, true).silentMs).toBe(0);
  });
});
