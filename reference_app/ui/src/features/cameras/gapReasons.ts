import type { Tone } from "../../design/StateBadge.tsx";

interface GapReason {
  readonly label: string;
  readonly tone: Tone;
}

/** The labels of the reasons for which frames are missing. */
const gapReasons: Partial<Record<string, GapReason>> = {
  camera_failed: { label: "The camera failed", tone: "bad" },
  card_full: { label: "The card was full", tone: "bad" },
  stopped: { label: "The agent was stopped", tone: "attention" },
  stalled: { label: "The agent stalled", tone: "bad" },
  late: { label: "One frame was late", tone: "quiet" },
  thinned: { label: "Thinned out to free space", tone: "attention" },
  refused: { label: "Refused by the server", tone: "bad" },
  not_delivered: { label: "Not delivered yet", tone: "attention" },
  silent: { label: "No contact", tone: "bad" },
};

/** The label of a gap's reason. A reason that this page doesn't know is labelled as unknown. */
export function labelOf(reason: string): string {
  return gapReasons[reason]?.label ?? "Unknown reason";
}

/** The tone of a gap's reason. */
export function toneOf(reason: string): Tone {
  return gapReasons[reason]?.tone ?? "quiet";
}
