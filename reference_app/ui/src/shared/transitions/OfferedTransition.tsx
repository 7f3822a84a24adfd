import type { ButtonProps } from "@mui/material/Button";
import type { ReactNode } from "react";

import type { useChosenTransition_object$key } from "./__generated__/useChosenTransition_object.graphql";
import { OfferButton } from "./OfferButton.tsx";
import { useChosenTransition } from "./useChosenTransition.ts";
import { useOffers, type OfferKey } from "./useOffers.ts";

/** How a button of each kind looks; one of a kind that this page doesn't know looks like any other. */
const looks: Partial<Record<string, Pick<ButtonProps, "variant" | "color">>> = {
  PRIMARY: { variant: "contained" },
  DANGER: { variant: "text", color: "error" },
};

interface Props {
  readonly of: useChosenTransition_object$key;
  readonly transition: OfferKey;
  readonly label?: string | undefined;
  /** Whether another one is the main one, so that this one must not look like it. */
  readonly isBeside?: boolean;
  /** What says more than the reasons when it is not allowed. */
  readonly why?: ReactNode;
  /** The id of what says why it is refused, if that isn't said below it. */
  readonly saidBy?: string | undefined;
  /** What its fields have at first in place of what the server says, by name. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The button of one transition. It asks first what the server wants to know, or to have confirmed. */
export function OfferedTransition({ of, transition, label, isBeside = false, why, saidBy, values }: Props) {
  const offers = useOffers([transition]);
  const { choose, prepare, busy } = useChosenTransition(of);
  return offers.map((data) => (
    <OfferButton
      key={data.name}
      label={label ?? data.label}
      allowed={data.allowed}
      reasons={data.reasons}
      saidBy={saidBy}
      size="small"
      testId={`transition-${data.name}`}
      busy={busy}
      why={why}
      onIntent={() => {
        prepare(data);
      }}
      onPress={() => {
        choose(data, values);
      }}
      {...(isBeside && data.kind === "PRIMARY" ? {} : looks[data.kind])}
    />
  ));
}
