import { graphql, useFragment } from "react-relay";

import type { usePossibility_object$key } from "./__generated__/usePossibility_object.graphql";

/** Whether a transition can be done now. */
interface Possibility {
  readonly isGone: boolean;
  readonly isAllowed: boolean;
}

/** Follows whether a transition of an object can be done. Null is read of an object once it is deleted. */
export function usePossibility(of: usePossibility_object$key | null, transition: string): Possibility {
  const object = useFragment(
    graphql`
      fragment usePossibility_object on Stateful {
        availableTransitions {
          name
          allowed
        }
      }
    `,
    of,
  );
  const offered = object?.availableTransitions.find(({ name }) => name === transition);
  return { isGone: !object, isAllowed: offered?.allowed === true };
}
