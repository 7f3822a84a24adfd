import type { ButtonProps } from "@mui/material/Button";
import type { ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import type { OfferedTransition_transition$key } from "./__generated__/OfferedTransition_transition.graphql";
import { onDemand } from "./onDemand.tsx";
import { TransitionButton } from "./TransitionButton.tsx";
import { useChosenTransition } from "./useChosenTransition.ts";

const TransitionDialog = onDemand(async () => (await import("./TransitionDialog.tsx")).TransitionDialog);

/** How a button of each kind looks; one of a kind that this page doesn't know looks like any other. */
const looks: Partial<Record<string, Pick<ButtonProps, "variant" | "color">>> = {
  PRIMARY: { variant: "contained" },
  DANGER: { variant: "text", color: "error" },
};

interface Props {
  /** The id of the object. */
  readonly of: string;
  readonly transition: OfferedTransition_transition$key;
  readonly label?: string | undefined;
  /** Whether another one is the main one, so that this one must not look like it. */
  readonly isBeside?: boolean;
  /** What says more than the reasons when it is not allowed. */
  readonly why?: ReactNode;
}

/** The button of one transition. It asks first what the server wants to know, or to have confirmed. */
export function OfferedTransition({ of, transition, label, isBeside = false, why }: Props) {
  const data = useFragment(
    graphql`
      fragment OfferedTransition_transition on Transition {
        name
        kind
        ...useChosenTransition_transitions
        ...TransitionButton_transition
        ...TransitionDialog_transition
      }
    `,
    transition,
  );
  const { choose, asked, close, busy } = useChosenTransition(of, [data]);
  return (
    <>
      <TransitionButton
        transition={data}
        label={label}
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
    </>
  );
}
