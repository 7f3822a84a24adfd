/** How a task or camera is doing. "unknown" is said whenever we ourselves cannot know. */
export type Liveness = "alive" | "late" | "stalled" | "finished" | "unknown";

/** What the server told: its own judgement then, and the promise by which we go on judging. Milliseconds. */
export interface Pulse {
  readonly told: string;
  readonly nextBy: number | null;
  readonly graceMs: number;
  readonly beatAt: number | null;
}

/** The judgement with the facts its sentence needs: how long overdue, how long since the last sign. Milliseconds. */
export interface Judgement {
  readonly liveness: Liveness;
  readonly overdueMs: number;
  readonly silentMs: number | null;
}

/**
 * Judges a pulse at the server's time `now`. The next sign was promised by `nextBy`: after it the pulse is late,
 * after the grace too it is stalled. Without a connection no sign could reach us, so nobody else is blamed.
 */
export function judge(pulse: Pulse, now: number, connected: boolean): Judgement {
  const silentMs = pulse.beatAt === null ? null : Math.max(0, now - pulse.beatAt);
  const said = (liveness: Liveness, overdueMs = 0): Judgement => ({ liveness, overdueMs, silentMs });
  const told = known(pulse.told);
  if (told === "finished") return said("finished");
  if (!connected) return said("unknown");
  if (pulse.nextBy === null) return said(told);
  const overdue = now - pulse.nextBy;
  if (overdue <= 0) return said("alive");
  return said(overdue <= pulse.graceMs ? "late" : "stalled", overdue);
}

function known(told: string): Liveness {
  switch (told.toLowerCase()) {
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
