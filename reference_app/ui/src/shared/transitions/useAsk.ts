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
  /** What its fields have at first in place of what the server says, by name. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
}

/** The dialog in which a transition asks. */
export interface Ask {
  /** Fetches what an object's transition asks for, because somebody is about to choose it. */
  readonly prepare: (id: string, transition: Asked["transition"]) => void;
  readonly open: (asked: Asked) => void;
}

export const AskContext = createContext<Ask>({ prepare: () => undefined, open: () => undefined });

export function useAsk(): Ask {
  return useContext(AskContext);
}
