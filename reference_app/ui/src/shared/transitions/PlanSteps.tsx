import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { graphql, useFragment } from "react-relay";

import type { PlanSteps_stateful$key } from "./__generated__/PlanSteps_stateful.graphql";
import { PlanStep } from "./PlanStep.tsx";

/** What leads to what somebody wants to do, step by step; nothing when no step helps. */
export function PlanSteps({ of }: { readonly of: PlanSteps_stateful$key }) {
  const { plan } = useFragment(
    graphql`
      fragment PlanSteps_stateful on Stateful @argumentDefinitions(to: { type: "String!" }) {
        plan(to: $to) {
          allowed
          ...PlanStep_step
        }
      }
    `,
    of,
  );
  const titleId = useId();
  const steps = plan ?? [];
  // A single step that is blocked is the button that was asked about, and its reasons are there.
  if (steps.length < 2 && !steps.some(({ allowed }) => allowed)) return null;
  return (
    <Box component="section" aria-labelledby={titleId} data-testid="plan" sx={{ display: "grid", gap: 1 }}>
      <Typography id={titleId} variant="subtitle2" component="h3">{t`Step by step`}</Typography>
      <Box component="ol" sx={{ m: 0, pl: 2.5, display: "grid", gap: 1 }}>
        {steps.map((step, index) => (
          <PlanStep key={index} step={step} isFirst={index === 0} />
        ))}
      </Box>
    </Box>
  );
}
