import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import type { WhyAction_action$key } from "./__generated__/WhyAction_action.graphql";
import { OfferedTransition } from "./OfferedTransition.tsx";

/** The transition that helps, as its object offers it now; nothing once it doesn't. */
export function WhyAction({ action }: { readonly action: WhyAction_action$key }) {
  const { label, transition, object } = useFragment(
    graphql`
      fragment WhyAction_action on WhyAction {
        label
        transition
        object {
          ...useChosenTransition_object
          availableTransitions {
            name
            ...useOffers_transitions
          }
        }
      }
    `,
    action,
  );
  const offered = object?.availableTransitions.find(({ name }) => name === transition);
  if (!object || !offered) return null;
  return <OfferedTransition of={object} transition={offered} label={inWords(label)} />;
}

/** What the server calls it, in the page's language. */
function inWords(label: string): string {
  return label === "Try again" ? t`Try again` : label === "Resume" ? t`Resume` : label;
}
