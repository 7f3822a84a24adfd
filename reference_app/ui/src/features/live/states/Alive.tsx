import { StateBadge } from "../../../design/StateBadge.tsx";
import { formatDuration } from "../../../lib/duration.ts";
import type { LivenessStatus } from "../../../lib/liveness.ts";

/** The last heartbeat came in time. */
export function Alive({ status }: { readonly status: LivenessStatus }) {
  const { silentMs } = status;
  const detail =
    silentMs === null
      ? undefined
      : silentMs < 1000
        ? "now"
        : `${formatDuration(Math.floor(silentMs / 1000))} ago`;
  return <StateBadge tone="good" label="Alive" detail={detail} pulsing />;
}
