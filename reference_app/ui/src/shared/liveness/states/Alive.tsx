import { t } from "@lingui/core/macro";

import { StateBadge } from "../../../design/StateBadge.tsx";
import { formatDuration } from "../../../lib/duration.ts";
import type { LivenessStatus } from "../../../lib/liveness.ts";

/** The last heartbeat came in time. */
export function Alive({ status }: { readonly status: LivenessStatus }) {
  const { silentMs, heartbeatAt } = status;
  const detail =
    silentMs === null
      ? undefined
      : silentMs < 1000
        ? t`now`
        : t`${formatDuration(Math.floor(silentMs / 1000))} ago`;
  return <StateBadge tone="good" label={t`Alive`} detail={detail} beat={heartbeatAt} />;
}
