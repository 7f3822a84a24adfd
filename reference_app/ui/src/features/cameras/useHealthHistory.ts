/* eslint-disable relay/unused-fields -- HealthHistory shows them */
import { useEffect, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";

import { spanOf, type Span } from "../../lib/spans.ts";
import { serverNow } from "../../relay/serverClock.ts";
import type { useHealthHistoryQuery } from "./__generated__/useHealthHistoryQuery.graphql";

export type RecordedHealth = NonNullable<
  NonNullable<useHealthHistoryQuery["response"]["node"]>["healthHistory"]
>;
/** One measure over time. */
export type Series = NonNullable<RecordedHealth["spoolPending"]>;
export type HistoryLookup =
  | { readonly state: "asking" }
  | { readonly state: "failed" }
  | { readonly state: "found"; readonly history: RecordedHealth };

/** The server keeps a sample every five minutes. */
const REFRESH_MS = 60_000;

/** Asks for a camera's health over a time range, now and again each minute. The last answer stays until then. */
export function useHealthHistory(camera: string, span: Span): HistoryLookup {
  const environment = useRelayEnvironment();
  const [lookup, setLookup] = useState<HistoryLookup>({ state: "asking" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      setTurn((before) => before + 1);
    }, REFRESH_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  useEffect(() => {
    const running = fetchQuery<useHealthHistoryQuery>(
      environment,
      graphql`
        query useHealthHistoryQuery($camera: ID!, $since: DateTime!, $until: DateTime!) {
          node(id: $camera) {
            ... on Camera {
              healthHistory(since: $since, until: $until) {
                since
                until
                pointSeconds
                temperatureCelsius {
                  ...useHealthHistory_series @relay(mask: false)
                }
                batteryPercent {
                  ...useHealthHistory_series @relay(mask: false)
                }
                driverBatteryPercent {
                  ...useHealthHistory_series @relay(mask: false)
                }
                diskFree {
                  ...useHealthHistory_series @relay(mask: false)
                }
                spoolPending {
                  ...useHealthHistory_series @relay(mask: false)
                }
              }
            }
          }
        }
      `,
      { camera, ...spanOf(span, serverNow()) },
    ).subscribe({
      next: ({ node }) => {
        const history = node?.healthHistory;
        setLookup(history ? { state: "found", history } : { state: "failed" });
      },
      error: () => {
        setLookup({ state: "failed" });
      },
    });
    return () => {
      running.unsubscribe();
    };
  }, [environment, camera, span, turn]);
  return lookup;
}

// eslint-disable-next-line @typescript-eslint/no-unused-expressions -- the compiler of Relay reads it
graphql`
  fragment useHealthHistory_series on HealthSeries {
    points {
      at
      low
      mean
      high
    }
    last {
      at
      value
    }
  }
`;
