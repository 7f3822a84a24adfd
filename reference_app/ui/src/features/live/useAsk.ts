import { createContext, useContext } from "react";

import type { useOffers_transitions$data } from "./__generated__/useOffers_transitions.graphql";
import type { usePossibility_object$key } from "./__generated__/usePossibility_object.graphql";

/** A transition whose dialog is open. */
export interface Asked {
  readonly id: string;
  /** The object, which may change while the dialog is open. */
  readonly object: usePossibility_object$key;
  /** As it was offered when somebody chose it: a live update doesn't change what is being filled in. */
  readonly transition: useOffers_transitions$data[number];
}

/** Opens the dialog of a transition. */
export type Ask = (asked: Asked) => void;

export const AskContext = createContext<Ask>(() => undefined);

export function useAsk(): Ask {
  return useContext(AskContext);
}
