import { graphql, useFragment } from "react-relay";

import type { useChosenTransition_object$key } from "./__generated__/useChosenTransition_object.graphql";
import type { useOffers_transitions$data } from "./__generated__/useOffers_transitions.graphql";
import { useAsk, type Asked } from "./useAsk.ts";
import { useTransition } from "./useTransition.ts";

type Offer = useOffers_transitions$data[number];

interface Chosen {
  /**
   * Does it, or opens its dialog if the server wants to know or to have confirmed something. With `values` its fields
   * begin with these.
   */
  readonly choose: (offer: Offer, values?: Asked["values"]) => void;
  /** Call it when somebody is about to choose: the dialog is ready sooner. */
  readonly prepare: (offer: Offer) => void;
  /** Whether it is being done. */
  readonly busy: boolean;
}

/** What happens when somebody chooses one of an object's transitions. */
export function useChosenTransition(of: useChosenTransition_object$key): Chosen {
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
  const { id } = object;
  return {
    choose: (transition, values) => {
      if (transition.confirm !== null || transition.asks) ask.open({ id, object, transition, values });
      else apply({ id, name: transition.name, input: {} });
    },
    prepare: (transition) => {
      ask.prepare(id, transition);
    },
    busy,
  };
}
