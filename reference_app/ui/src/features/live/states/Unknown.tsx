import { StateBadge } from "../../../design/StateBadge.tsx";

/** We can't tell: the page hears nothing, or nothing was ever heard. */
export function Unknown({ connected }: { readonly connected: boolean }) {
  return (
    <StateBadge
      tone="quiet"
      word="Unknown"
      detail={connected ? "no sign of life yet" : "while this page is not connected"}
    />
  );
}
