import { StateBadge } from "../../../design/StateBadge.tsx";
import { formatDuration } from "../../../lib/duration.ts";
import type { Judgement } from "../../../lib/liveness.ts";

/** The promised sign did not come within its grace: most likely nobody works on it any more. */
export function Stalled({ judgement }: { readonly judgement: Judgement }) {
  const silent = judgement.silentMs ?? judgement.overdueMs;
  return (
    <StateBadge
      tone="bad"
      word="Stalled"
      detail={`nothing heard for ${formatDuration(Math.floor(silent / 1000))}`}
    />
  );
}
