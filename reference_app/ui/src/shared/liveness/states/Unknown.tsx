import { t } from "@lingui/core/macro";

import { StateBadge } from "../../../design/StateBadge.tsx";

/** The page is not connected, or there was no heartbeat yet. */
export function Unknown({ connected }: { readonly connected: boolean }) {
  return (
    <StateBadge
      tone="quiet"
      label={t`Unknown`}
      detail={connected ? t`no heartbeat yet` : t`this page is not connected`}
    />
  );
}
