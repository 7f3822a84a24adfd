import { graphql, readInlineData } from "react-relay";

import type { isForOthers_transition$key } from "./__generated__/isForOthers_transition.graphql";

/** Whether a transition is refused for want of a permission: whatever else ends, it stays so until somebody gives it. */
export function isForOthers(transition: isForOthers_transition$key): boolean {
  const { reasons } = readInlineData(
    graphql`
      fragment isForOthers_transition on Transition @inline {
        reasons {
          code
        }
      }
    `,
    transition,
  );
  return reasons.some(({ code }) => code === "permission");
}
