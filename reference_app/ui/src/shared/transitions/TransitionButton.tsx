import { graphql, useFragment } from "react-relay";

import type { TransitionButton_transition$key } from "./__generated__/TransitionButton_transition.graphql";
import { OfferButton, type OfferButtonProps } from "./OfferButton.tsx";

interface Props extends Omit<OfferButtonProps, "label" | "allowed" | "reasons"> {
  readonly transition: TransitionButton_transition$key;
  /** What the button says instead of the transition's label. */
  readonly label?: string;
}

/** The button of a transition that the page presses in a way of its own. */
export function TransitionButton({ transition, label, ...rest }: Props) {
  const data = useFragment(
    graphql`
      fragment TransitionButton_transition on Transition {
        label
        allowed
        reasons {
          ...Reasons_reasons
        }
      }
    `,
    transition,
  );
  return <OfferButton {...rest} label={label ?? data.label} allowed={data.allowed} reasons={data.reasons} />;
}
