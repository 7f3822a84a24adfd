import { t } from "@lingui/core/macro";

import { StateBadge } from "../../../design/StateBadge.tsx";

/** Live messages arrive as promised. */
export function Live() {
  return <StateBadge tone="good" label={t`Live`} />;
}
