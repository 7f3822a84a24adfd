import { StateBadge } from "../../../design/StateBadge.tsx";

/** The page is not connected, or there was no heartbeat yet. */
export function Unknown({ connected }: { readonly connected: boolean }) {
  return (
    <StateBadge
      tone="quiet"
      label="Unknown"
      detail={connected ? "no heartbeat yet" : "this page is not connected"}
    />
  );
}
