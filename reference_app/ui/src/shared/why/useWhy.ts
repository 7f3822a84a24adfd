import { graphql } from "react-relay";

import type { useWhySubscription } from "./__generated__/useWhySubscription.graphql";
import { useLive, type LiveStatus } from "../live/useLive.ts";

/** Keeps the chain of an object or a task up to date while it is shown, and the plan for `to` unless empty. */
export function useWhy(of: string, to: string): LiveStatus {
  return useLive<useWhySubscription>({
    subscription: graphql`
      subscription useWhySubscription($id: ID!, $to: String!, $plans: Boolean!) {
        whyUpdates(id: $id) {
          kind
          seq
          heartbeatSeconds
          gone @deleteRecord
          changed {
            ...WhyChain_why
            ...CausedSteps_why
            about @include(if: $plans) {
              ...PlanSteps_stateful @arguments(to: $to)
            }
          }
        }
      }
    `,
    variables: { id: of, to, plans: to !== "" },
    envelope: (response) => response.whyUpdates,
  });
}
