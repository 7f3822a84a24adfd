/* eslint relay/unused-fields: "off" -- whoever calls the hook uses them. */
import { graphql, useFragment } from "react-relay";

import type {
  useOffers_transitions$data,
  useOffers_transitions$key,
} from "./__generated__/useOffers_transitions.graphql";

/** One offered transition, for whatever shows it: a document that shows it as a button and in a menu asks once. */
export type OfferKey = useOffers_transitions$key[number];

/** Reads offered transitions: what they are called, why they are refused, and what choosing them needs. */
export function useOffers(transitions: useOffers_transitions$key): useOffers_transitions$data {
  return useFragment(
    graphql`
      fragment useOffers_transitions on Transition @relay(plural: true) {
        name
        kind
        label
        allowed
        reasons {
          code
          message
          remedy
          ...Reasons_reasons
        }
        confirm {
          title
          text
        }
        asks
      }
    `,
    transitions,
  );
}
