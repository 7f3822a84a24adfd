import { StateBadge } from "../../../design/StateBadge.tsx";

/** The next live message is overdue: what the page shows may be old. */
export function Stale() {
  return <StateBadge tone="attention" word="Stale" detail="what you see may be old" />;
}
