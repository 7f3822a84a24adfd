import { sharedText } from "../../lib/sharedText.ts";
import type { useOffers_transitions$data } from "./__generated__/useOffers_transitions.graphql";

type Offer = useOffers_transitions$data[number];

/** The first of those that are refused, if all of them share its reasons, which are then said once. */
export function sharedRefusal<T extends Pick<Offer, "allowed" | "reasons">>(
  offers: readonly T[],
): T | undefined {
  const refused = offers.filter(({ allowed }) => !allowed);
  const said = refused.map(({ reasons }) =>
    JSON.stringify(reasons.map(({ code, message, remedy }) => [code, message, remedy])),
  );
  return sharedText(said) === "" ? undefined : refused[0];
}
