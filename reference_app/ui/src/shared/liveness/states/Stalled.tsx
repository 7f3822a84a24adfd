import { t } from "@lingui/core/macro";

import { StateBadge } from "../../../design/StateBadge.tsx";
import { formatDuration } from "../../../lib/duration.ts";
import type { LivenessStatus } from "../../../lib/liveness.ts";

/** The heartbeat did not come within its grace period: most likely the worker is gone. */
export function Stalled({ status }: { readonly status: LivenessStatus }) {
  const silent = status.silentMs ?? status.overdueMs;
  return (
    <StateBadge
      tone="bad"
      label={t`Stalled`}
      detail={t`no heartbeat for ${formatDuration(Math.floor(silent / 1000))}`}
    />
  );
}
