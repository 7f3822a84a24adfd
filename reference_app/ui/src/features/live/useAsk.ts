import { createContext, useContext } from "react";

import type { TransitionDialog_transition$key } from "./__generated__/TransitionDialog_transition.graphql";
import type { usePossibility_object$key } from "./__generated__/usePossibility_object.graphql";

/** A transition whose dialog is open, as it was offered when somebody chose it. */
export interface Asked {
  readonly id: string;
  readonly object: usePossibility_object$key;
  readonly transition: TransitionDialog_transition$key;
}

/** Opens the dialog of a transition. */
export type Ask = (asked: Asked) => void;

export const AskContext = createContext<Ask>(() => undefined);

export function useAsk(): Ask {
  return useContext(AskContext);
}
