/* eslint-disable relay/unused-fields -- PairingRequestPanel shows them */
import { useEffect, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";

import type { usePairingRequestQuery } from "./__generated__/usePairingRequestQuery.graphql";

/** An agent that shows a code and waits for its approval. */
export type PairingRequest = NonNullable<usePairingRequestQuery["response"]["pairingRequest"]>;

/** What is known of a code: nothing until it is complete; then the server's answer. */
export type PairingLookup =
  | { readonly state: "incomplete" | "looking" | "unknown" }
  | { readonly state: "found"; readonly request: PairingRequest }
  | { readonly state: "failed"; readonly error: Error };

const LETTERS = 8;

/** Looks up which agent shows a code, once all of its letters are there. */
export function usePairingRequest(code: string): PairingLookup {
  const environment = useRelayEnvironment();
  const [known, setKnown] = useState<{ readonly code: string; readonly lookup: PairingLookup } | null>(null);
  const userCode = code.toUpperCase().replace(/[^A-Z]/g, "");
  const complete = userCode.length === LETTERS;
  useEffect(() => {
    if (!complete) return undefined;
    const running = fetchQuery<usePairingRequestQuery>(
      environment,
      graphql`
        query usePairingRequestQuery($userCode: String!) {
          pairingRequest(userCode: $userCode) {
            name
            driver
            model
            agent
            address
            camera {
              name
              state
              revokedAt
              revokedBy
            }
          }
        }
      `,
      { userCode },
    ).subscribe({
      next: ({ pairingRequest }) => {
        const lookup: PairingLookup =
          pairingRequest == null ? { state: "unknown" } : { state: "found", request: pairingRequest };
        setKnown({ code: userCode, lookup });
      },
      error: (error: Error) => {
        setKnown({ code: userCode, lookup: { state: "failed", error } });
      },
    });
    return () => {
      running.unsubscribe();
    };
  }, [environment, userCode, complete]);
  if (!complete) return { state: "incomplete" };
  return known?.code === userCode ? known.lookup : { state: "looking" };
}
