import { StateBadge } from "../../../design/StateBadge.tsx";

/** It came to its end, so no sign is due. */
export function Finished() {
  return <StateBadge tone="quiet" word="Finished" />;
}
