/** How a task or camera is doing. "unknown" means that this page can't tell. */
export type Liveness = "alive" | "late" | "stalled" | "finished" | "unknown";

/** What the server reported: its own assessment then, and when it promised the next heartbeat. Milliseconds. */
export interface Heartbeat {
  readonly reported: string;
  readonly nextBy: number | null;
  readonly graceMs: number;
  readonly heartbeatAt: number | null;
}

/** The assessment: when the last heartbeat was, how long it is silent and how long overdue. Milliseconds. */
export interface LivenessStatus {
  readonly liveness: Liveness;
  readonly heartbeatAt: number | null;
  readonly overdueMs: number;
  readonly silentMs: number | null;
}

/**
 * Assesses liveness at the server's time `now`. After `nextBy` the heartbeat is late, after the grace period
 * it is stalled. Only a message of the server that came later than that shows it: `contactAt` is the time of the
 * last one. In an outage of this page's own connection nothing is late; once that is lost (null), all is unknown.
 */
export function assessLiveness(heartbeat: Heartbeat, now: number, contactAt: number | null): LivenessStatus {
  const { heartbeatAt } = heartbeat;
  const silentMs = heartbeatAt === null ? null : Math.max(0, now - heartbeatAt);
  const status = (liveness: Liveness, overdueMs = 0): LivenessStatus => ({
    liveness,
    heartbeatAt,
    overdueMs,
    silentMs,
  });
  const reported = known(heartbeat.reported);
  if (reported === "finished") return status("finished");
  if (contactAt === null) return status("unknown");
  if (heartbeat.nextBy === null) return status(reported);
  const overdueAtContact = Math.min(now, contactAt) - heartbeat.nextBy;
  if (overdueAtContact <= 0) return status("alive");
  return status(overdueAtContact <= heartbeat.graceMs ? "late" : "stalled", now - heartbeat.nextBy);
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
