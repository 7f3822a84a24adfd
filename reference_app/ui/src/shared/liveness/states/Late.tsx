import { t } from "@lingui/core/macro";

import { StateBadge } from "../../../design/StateBadge.tsx";
import { formatDuration } from "../../../lib/duration.ts";
import type { LivenessStatus } from "../../../lib/liveness.ts";

/** The promised heartbeat is overdue, but within its grace period. */
export function Late({ status }: { readonly status: LivenessStatus }) {
  return (
    <StateBadge
      tone="attention"
      label={t`Late`}
      detail={t`expected ${formatDuration(Math.ceil(status.overdueMs / 1000))} ago`}
    />
  );
}
