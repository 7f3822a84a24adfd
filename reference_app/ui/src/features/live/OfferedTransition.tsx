import type { ButtonProps } from "@mui/material/Button";
import { Fragment, type ReactNode } from "react";

import { OfferButton } from "./OfferButton.tsx";
import { onDemand } from "./onDemand.tsx";
import { useChosenTransition } from "./useChosenTransition.ts";
import { useOffers, type OfferKey } from "./useOffers.ts";

const TransitionDialog = onDemand(async () => (await import("./TransitionDialog.tsx")).TransitionDialog);

/** How a button of each kind looks; one of a kind that this page doesn't know looks like any other. */
const looks: Partial<Record<string, Pick<ButtonProps, "variant" | "color">>> = {
  PRIMARY: { variant: "contained" },
  DANGER: { variant: "text", color: "error" },
};

interface Props {
  /** The id of the object. */
  readonly of: string;
  readonly transition: OfferKey;
  readonly label?: string | undefined;
  /** Whether another one is the main one, so that this one must not look like it. */
  readonly isBeside?: boolean;
  /** What says more than the reasons when it is not allowed. */
  readonly why?: ReactNode;
}

/** The button of one transition. It asks first what the server wants to know, or to have confirmed. */
export function OfferedTransition({ of, transition, label, isBeside = false, why }: Props) {
  const offers = useOffers([transition]);
  const { choose, asked, close, busy } = useChosenTransition(of, offers);
  return offers.map((data) => (
    <Fragment key={data.name}>
      <OfferButton
        label={label ?? data.label}
        allowed={data.allowed}
        reasons={data.reasons}
        size="small"
        testId={`transition-${data.name}`}
        busy={busy}
        why={why}
        onPress={() => {
          choose(data.name);
        }}
        {...(isBeside && data.kind === "PRIMARY" ? {} : looks[data.kind])}
      />
      {asked !== null && <TransitionDialog of={of} transition={data} onClose={close} />}
    </Fragment>
  ));
}
