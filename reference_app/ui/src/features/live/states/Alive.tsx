import { StateBadge } from "../../../design/StateBadge.tsx";
import { formatDuration } from "../../../lib/duration.ts";
import type { Judgement } from "../../../lib/liveness.ts";

/** The last sign came in time. */
export function Alive({ judgement }: { readonly judgement: Judgement }) {
  const { silentMs } = judgement;
  const detail =
    silentMs === null
      ? undefined
      : silentMs < 1000
        ? "now"
        : `${formatDuration(Math.floor(silentMs / 1000))} ago`;
  return <StateBadge tone="good" word="Alive" detail={detail} beating />;
}
