import { StateBadge } from "../../../design/StateBadge.tsx";

/** Live messages come as promised. */
export function Live() {
  return <StateBadge tone="good" word="Live" beating />;
}
