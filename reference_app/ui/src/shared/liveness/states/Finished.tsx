import { t } from "@lingui/core/macro";

import { StateBadge } from "../../../design/StateBadge.tsx";

/** The task has ended, so no heartbeat is due. */
export function Finished() {
  return <StateBadge tone="quiet" label={t`Finished`} />;
}
