import { t } from "@lingui/core/macro";

import { StateBadge } from "../../../design/StateBadge.tsx";

/** The page waits for the first live message. */
export function Starting() {
  return <StateBadge tone="quiet" label={t`Connecting`} />;
}
