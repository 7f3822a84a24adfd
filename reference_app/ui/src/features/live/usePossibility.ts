import { graphql, useFragment } from "react-relay";

import type { Reasons_reasons$key } from "./__generated__/Reasons_reasons.graphql";
import type { usePossibility_object$key } from "./__generated__/usePossibility_object.graphql";

/** Whether a transition can be done now. */
export interface Possibility {
  readonly isGone: boolean;
  readonly isOffered: boolean;
  /** Why it is refused; null if it isn't. */
  readonly refusal: Reasons_reasons$key | null;
}

/** Follows whether a transition of an object can be done. Null is read of an object once it is deleted. */
export function usePossibility(of: usePossibility_object$key | null, transition: string): Possibility {
  const object = useFragment(
    graphql`
      fragment usePossibility_object on Stateful {
        availableTransitions {
          name
          allowed
          reasons {
            ...Reasons_reasons
          }
        }
      }
    `,
    of,
  );
  const offered = object?.availableTransitions.find(({ name }) => name === transition);
  return {
    isGone: !object,
    isOffered: offered !== undefined,
    refusal: offered === undefined || offered.allowed ? null : offered.reasons,
  };
}
