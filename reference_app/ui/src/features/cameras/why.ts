import type { Tone } from "../../design/StateBadge.tsx";

interface Why {
  readonly word: string;
  readonly tone: Tone;
}

/** Why frames are missing, in words for people. */
const whys: Partial<Record<string, Why>> = {
  camera_failed: { word: "The camera failed", tone: "bad" },
  card_full: { word: "The card was full", tone: "bad" },
  stopped: { word: "The agent was stopped", tone: "attention" },
  stalled: { word: "The agent stalled", tone: "bad" },
  thinned: { word: "Thinned out to make room", tone: "attention" },
  refused: { word: "Refused by the server", tone: "bad" },
  not_delivered: { word: "Not delivered yet", tone: "attention" },
  silent: { word: "Not heard of", tone: "bad" },
};

/** Says why in words; a reason that this page does not know (yet) is unknown. */
export function wordOf(why: string): string {
  return whys[why]?.word ?? "Nobody told why";
}

/** How bad it is. */
export function toneOf(why: string): Tone {
  return whys[why]?.tone ?? "quiet";
}
