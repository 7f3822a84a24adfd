import { graphql, useFragment } from "react-relay";

import type { WhyAction_action$key } from "./__generated__/WhyAction_action.graphql";
import { isForOthers } from "../transitions/isForOthers.ts";
import { OfferedTransition } from "../transitions/OfferedTransition.tsx";

interface Props {
  readonly action: WhyAction_action$key;
  /** The id of what the chain is about, whose own transitions stand beside it. */
  readonly of: string | undefined;
}

/** The transition that helps, as its object offers it now; nothing once it doesn't, or to those who may not. */
export function WhyAction({ action, of }: Props) {
  const { label, transition, object } = useFragment(
    graphql`
      fragment WhyAction_action on WhyAction {
        label
        transition
        object {
          id
          ...useChosenTransition_object
          availableTransitions {
            name
            ...isForOthers_transition
            ...useOffers_transitions
          }
        }
      }
    `,
    action,
  );
  const offered = object?.availableTransitions.find(({ name }) => name === transition);
  if (!object || !offered || object.id === of || isForOthers(offered)) return null;
  return <OfferedTransition of={object} transition={offered} label={label || undefined} isBeside />;
}
