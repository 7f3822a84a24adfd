/** How a task or camera is doing. "unknown" means that this page can't tell. */
export type Liveness = "alive" | "late" | "stalled" | "finished" | "unknown";

/** What the server reported: its own assessment then, and when it promised the next heartbeat. Milliseconds. */
export interface Heartbeat {
  readonly reported: string;
  readonly nextBy: number | null;
  readonly graceMs: number;
  readonly beatAt: number | null;
}

/** The assessment: how long the heartbeat is overdue, and how long ago the last one was. Milliseconds. */
export interface LivenessStatus {
  readonly liveness: Liveness;
  readonly overdueMs: number;
  readonly silentMs: number | null;
}

/**
 * Assesses liveness at the server's time `now`. After `nextBy` the heartbeat is late, after the grace period
 * it is stalled. Without a connection no heartbeat could reach this page, so the result is unknown.
 */
export function assessLiveness(heartbeat: Heartbeat, now: number, connected: boolean): LivenessStatus {
  const silentMs = heartbeat.beatAt === null ? null : Math.max(0, now - heartbeat.beatAt);
  const status = (liveness: Liveness, overdueMs = 0): LivenessStatus => ({ liveness, overdueMs, silentMs });
  const reported = known(heartbeat.reported);
  if (reported === "finished") return status("finished");
  if (!connected) return status("unknown");
  if (heartbeat.nextBy === null) return status(reported);
  const overdue = now - heartbeat.nextBy;
  if (overdue <= 0) return status("alive");
  return status(overdue <= heartbeat.graceMs ? "late" : "stalled", overdue);
}

function known(reported: string): Liveness {
  switch (reported.toLowerCase()) {
    case "alive":
      return "alive";
    case "late":
      return "late";
    case "stalled":
      return "stalled";
    case "finished":
      return "finished";
    default:
      return "unknown";
  }
}
