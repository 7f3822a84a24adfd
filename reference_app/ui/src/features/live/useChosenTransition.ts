import { graphql, useFragment } from "react-relay";

import type { useChosenTransition_object$key } from "./__generated__/useChosenTransition_object.graphql";
import type { useOffers_transitions$data } from "./__generated__/useOffers_transitions.graphql";
import { useAsk } from "./useAsk.ts";
import { useTransition } from "./useTransition.ts";

type Choose = (transition: useOffers_transitions$data[number]) => void;

/**
 * What happens when somebody chooses one of an object's transitions: it is done, or its dialog opens if the server
 * wants to know or to have confirmed something. The second value says whether it is being done.
 */
export function useChosenTransition(of: useChosenTransition_object$key): [Choose, boolean] {
  const object = useFragment(
    graphql`
      fragment useChosenTransition_object on Stateful {
        id
        ...usePossibility_object
      }
    `,
    of,
  );
  const ask = useAsk();
  const [apply, busy] = useTransition();
  const choose: Choose = (transition) => {
    if (transition.confirm !== null || transition.input.length > 0)
      ask({ id: object.id, object, transition });
    else apply({ id: object.id, name: transition.name, input: {} });
  };
  return [choose, busy];
}
