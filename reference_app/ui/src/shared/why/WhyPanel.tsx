import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useLazyLoadQuery } from "react-relay";

import type { WhyPanelQuery } from "./__generated__/WhyPanelQuery.graphql";
import { CausedSteps } from "./CausedSteps.tsx";
import { PlanSteps } from "../transitions/PlanSteps.tsx";
import { useWhy } from "./useWhy.ts";
import { WhyChain } from "./WhyChain.tsx";

interface Props {
  readonly of: string;
  /** The transition that somebody wants to do; empty without one. */
  readonly to: string;
}

/** Why an object or a task is not done yet: a chain that is read from top to bottom, and what helps, live. */
export function WhyPanel({ of, to }: Props) {
  const { why } = useLazyLoadQuery<WhyPanelQuery>(
    graphql`
      query WhyPanelQuery($id: ID!, $to: String!, $plans: Boolean!) {
        why(id: $id) {
          ...WhyChain_why
          ...CausedSteps_why
          about @include(if: $plans) {
            ...PlanSteps_stateful @arguments(to: $to)
          }
        }
      }
    `,
    { id: of, to, plans: to !== "" },
    // What was so when it was open the last time may be so no more.
    { fetchPolicy: "network-only" },
  );
  const status = useWhy(of, to);
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <WhyChain why={why} of={of} />
      {why.about && <PlanSteps of={why.about} />}
      <CausedSteps why={why} />
      {status === "stale" && (
        <Typography
          variant="caption"
          component="p"
          role="status"
          sx={{ color: "warning.main" }}
        >{t`Not live: the server has not answered in time. This may be out of date.`}</Typography>
      )}
    </Box>
  );
}
