import { graphql } from "react-relay";

import type { useWhySubscription } from "./__generated__/useWhySubscription.graphql";
import { useLive, type LiveStatus } from "./useLive.ts";

/** Keeps the chain of an object or a task up to date while it is shown. */
export function useWhy(of: string): LiveStatus {
  return useLive<useWhySubscription>({
    subscription: graphql`
      subscription useWhySubscription($id: ID!) {
        whyUpdates(id: $id) {
          kind
          seq
          heartbeatSeconds
          gone @deleteRecord
          changed {
            ...WhyChain_why
          }
        }
      }
    `,
    variables: { id: of },
    envelope: (response) => response.whyUpdates,
  });
}
