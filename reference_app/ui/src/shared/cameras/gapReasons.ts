import { t } from "@lingui/core/macro";

import type { Tone } from "../../design/StateBadge.tsx";

/** The label of a gap's reason. A reason that this page doesn't know is labelled as unknown. */
export function labelOf(reason: string): string {
  switch (reason) {
    case "camera_failed":
      return t`The camera failed`;
    case "card_full":
      return t`The card was full`;
    case "stopped":
      return t`The agent was stopped`;
    case "stalled":
      return t`The agent stalled`;
    case "late":
      return t`One frame was late`;
    case "thinned":
      return t`Thinned out to free space`;
    case "refused":
      return t`Refused by the server`;
    case "not_delivered":
      return t`Not delivered yet`;
    case "silent":
      return t`No contact`;
    default:
      return t`Unknown reason`;
  }
}

const tones: Partial<Record<string, Tone>> = {
  camera_failed: "bad",
  card_full: "bad",
  stopped: "attention",
  stalled: "bad",
  thinned: "attention",
  refused: "bad",
  not_delivered: "attention",
  silent: "bad",
};

/** The tone of a gap's reason. */
export function toneOf(reason: string): Tone {
  return tones[reason] ?? "quiet";
}
