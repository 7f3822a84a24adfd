import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import type { PlanStep_step$key } from "./__generated__/PlanStep_step.graphql";
import { OfferedTransition } from "./OfferedTransition.tsx";
import { Reasons } from "./Reasons.tsx";

interface Props {
  readonly step: PlanStep_step$key;
  /** Whether no step before it may remove what blocks it. */
  readonly isFirst: boolean;
}

/** One step: a button when its turn has come, else its words. */
export function PlanStep({ step, isFirst }: Props) {
  const { label, transition, allowed, reasons, object } = useFragment(
    graphql`
      fragment PlanStep_step on PlanStep {
        label
        transition
        allowed
        reasons {
          ...Reasons_reasons
        }
        object {
          displayName
          ...useChosenTransition_object
          availableTransitions {
            name
            ...useOffers_transitions
          }
        }
      }
    `,
    step,
  );
  const words = object ? `${label}: ${object.displayName}` : label;
  const offered = object?.availableTransitions.find(({ name }) => name === transition);
  return (
    <Box component="li" data-testid="plan-step" data-allowed={allowed} sx={{ fontSize: "0.9rem" }}>
      {object && offered && allowed ? (
        <Box sx={{ display: "inline-grid" }}>
          <OfferedTransition of={object} transition={offered} label={words} />
        </Box>
      ) : (
        <Box sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
          {words}
          {isFirst && <Reasons reasons={reasons} />}
        </Box>
      )}
    </Box>
  );
}
