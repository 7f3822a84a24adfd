import { StateBadge } from "../../../design/StateBadge.tsx";
import { formatDuration } from "../../../lib/duration.ts";
import type { Judgement } from "../../../lib/liveness.ts";

/** The promised sign has not come yet, but its grace is not over. */
export function Late({ judgement }: { readonly judgement: Judgement }) {
  return (
    <StateBadge
      tone="attention"
      word="Late"
      detail={`expected ${formatDuration(Math.ceil(judgement.overdueMs / 1000))} ago`}
    />
  );
}
