import { t } from "@lingui/core/macro";

import { StateBadge } from "../../../design/StateBadge.tsx";

/** The next live message is overdue, so the page's data may be old. */
export function Stale() {
  return <StateBadge tone="attention" label={t`Stale`} detail={t`data may be out of date`} />;
}
