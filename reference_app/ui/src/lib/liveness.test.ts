import { describe, expect, test } from "vitest";

import { assessLiveness } from "./liveness.ts";

const NEXT_BY = 100_000;
const GRACE = 10_000;

describe("assessLiveness", () => {
  test.each([
    { reported: "ALIVE", nextBy: NEXT_BY, now: NEXT_BY - 1, connected: true, liveness: "alive", overdue: 0 },
    { reported: "ALIVE", nextBy: NEXT_BY, now: NEXT_BY, connected: true, liveness: "alive", overdue: 0 },
    { reported: "ALIVE", nextBy: NEXT_BY, now: NEXT_BY + 1, connected: true, liveness: "late", overdue: 1 },
    {
      reported: "ALIVE",
      nextBy: NEXT_BY,
      now: NEXT_BY + GRACE,
      connected: true,
      liveness: "late",
      overdue: GRACE,
    },
    {
      reported: "ALIVE",
      nextBy: NEXT_BY,
      now: NEXT_BY + GRACE + 1,
      connected: true,
      liveness: "stalled",
      overdue: GRACE + 1,
    },
    {
      reported: "STALLED",
      nextBy: NEXT_BY,
      now: NEXT_BY - 1,
      connected: true,
      liveness: "alive",
      overdue: 0,
    },
    {
      reported: "FINISHED",
      nextBy: NEXT_BY,
      now: NEXT_BY + 99_999,
      connected: true,
      liveness: "finished",
      overdue: 0,
    },
    {
      reported: "FINISHED",
      nextBy: NEXT_BY,
      now: NEXT_BY,
      connected: false,
      liveness: "finished",
      overdue: 0,
    },
    {
      reported: "ALIVE",
      nextBy: NEXT_BY,
      now: NEXT_BY + 99_999,
      connected: false,
      liveness: "unknown",
      overdue: 0,
    },
    { reported: "LATE", nextBy: null, now: NEXT_BY, connected: true, liveness: "late", overdue: 0 },
    { reported: "STALLED", nextBy: null, now: NEXT_BY, connected: true, liveness: "stalled", overdue: 0 },
    { reported: "ALIVE", nextBy: null, now: NEXT_BY, connected: true, liveness: "alive", overdue: 0 },
    { reported: "UNKNOWN", nextBy: null, now: NEXT_BY, connected: true, liveness: "unknown", overdue: 0 },
    {
      reported: "SOMETHING_NEW",
      nextBy: null,
      now: NEXT_BY,
      connected: true,
      liveness: "unknown",
      overdue: 0,
    },
  ])(
    "reported $reported, due $nextBy, at $now, connected $connected: $liveness",
    ({ reported, nextBy, now, connected, liveness, overdue }) => {
      const status = assessLiveness(
        { reported, nextBy, graceMs: GRACE, heartbeatAt: null },
        now,
        connected ? now : null,
      );
      expect(status).toEqual({ liveness, heartbeatAt: null, overdueMs: overdue, silentMs: null });
    },
  );

  test.each([
    { contactAt: NEXT_BY, liveness: "alive", overdue: 0 },
    { contactAt: NEXT_BY + 1, liveness: "late", overdue: 99_999 },
    { contactAt: NEXT_BY + GRACE + 1, liveness: "stalled", overdue: 99_999 },
  ])("in an outage of its own, the last contact $contactAt decides: $liveness", (each) => {
    const heartbeat = { reported: "ALIVE", nextBy: NEXT_BY, graceMs: GRACE, heartbeatAt: null };
    const status = assessLiveness(heartbeat, NEXT_BY + 99_999, each.contactAt);
    expect(status).toEqual({
      liveness: each.liveness,
      heartbeatAt: null,
      overdueMs: each.overdue,
      silentMs: null,
    });
  });

  test("counts the time since the last heartbeat, never below zero", () => {
    const heartbeat = { reported: "ALIVE", nextBy: NEXT_BY, graceMs: GRACE, heartbeatAt: 95_000 };
    expect(assessLiveness(heartbeat, 97_000, 97_000).silentMs).toBe(2000);
    expect(assessLiveness(heartbeat, 94_000, 94_000).silentMs).toBe(0);
  });
});
