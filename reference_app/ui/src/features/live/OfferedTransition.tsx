import type { ButtonProps } from "@mui/material/Button";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import type { OfferedTransition_transition$key } from "./__generated__/OfferedTransition_transition.graphql";
import { TransitionButton } from "./TransitionButton.tsx";
import { TransitionDialog } from "./TransitionDialog.tsx";

/** How a button of each kind looks; one of a kind that this page doesn't know looks like any other. */
const looks: Partial<Record<string, Pick<ButtonProps, "variant" | "color">>> = {
  PRIMARY: { variant: "contained" },
  DANGER: { variant: "text", color: "error" },
};

interface Props {
  readonly transition: OfferedTransition_transition$key;
  readonly label?: string | undefined;
  readonly busy: boolean;
  readonly onApply: (input: Readonly<Record<string, unknown>>) => void;
}

/** The button of one transition. It asks first what the server wants to know, or to have confirmed. */
export function OfferedTransition({ transition, label, busy, onApply }: Props) {
  const data = useFragment(
    graphql`
      fragment OfferedTransition_transition on Transition {
        name
        kind
        confirm {
          __typename
        }
        input {
          __typename
        }
        ...TransitionButton_transition
        ...TransitionDialog_transition
      }
    `,
    transition,
  );
  const [asking, setAsking] = useState(false);
  const asks = data.confirm !== null || data.input.length > 0;
  return (
    <>
      <TransitionButton
        transition={data}
        label={label}
        size="small"
        testId={`transition-${data.name}`}
        busy={busy}
        onPress={() => {
          if (asks) setAsking(true);
          else onApply({});
        }}
        {...looks[data.kind]}
      />
      {asking && (
        <TransitionDialog
          transition={data}
          onApply={onApply}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </>
  );
}
