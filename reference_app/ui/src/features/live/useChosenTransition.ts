import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import type { useChosenTransition_transitions$key } from "./__generated__/useChosenTransition_transitions.graphql";
import { useTransition } from "./useTransition.ts";

interface Chosen {
  /** Does the transition of this name, or opens its dialog if the server wants to know or to have confirmed something. */
  readonly choose: (name: string) => void;
  /** The name of the transition whose dialog is open. */
  readonly asked: string | null;
  readonly close: () => void;
  readonly busy: boolean;
}

/** What happens when somebody chooses one of an object's transitions. */
export function useChosenTransition(of: string, transitions: useChosenTransition_transitions$key): Chosen {
  const offered = useFragment(
    graphql`
      fragment useChosenTransition_transitions on Transition @relay(plural: true) {
        name
        confirm {
          __typename
        }
        input {
          __typename
        }
      }
    `,
    transitions,
  );
  const [asked, setAsked] = useState<string | null>(null);
  const [apply, busy] = useTransition();
  return {
    choose: (name) => {
      const asks = offered.some(
        (each) => each.name === name && (each.confirm !== null || each.input.length > 0),
      );
      if (asks) setAsked(name);
      else apply({ id: of, name, input: {} });
    },
    asked,
    close: () => {
      setAsked(null);
    },
    busy,
  };
}
