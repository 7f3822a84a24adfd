/* eslint-disable relay/unused-fields -- CaptureForecast shows them */
import { useEffect, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";

import { useSettled } from "../../shared/pages/useSettled.ts";
import type { useCaptureForecastQuery } from "./__generated__/useCaptureForecastQuery.graphql";

type Forecast = NonNullable<NonNullable<useCaptureForecastQuery["response"]["node"]>["captureForecast"]>;

export type ForecastLookup =
  { readonly state: "asking" | "none" | "failed" } | { readonly state: "found"; readonly forecast: Forecast };

/** While somebody types, the server is asked when they have stopped for so long. */
const SETTLES_MS = 400;

/**
 * Asks what follows from settings that are being filled in, or from the current ones (null). The last answer
 * stays until the next has come. `revision`: a new one asks again.
 */
export function useCaptureForecast(
  camera: string,
  configuration: Readonly<Record<string, unknown>> | null,
  revision: number,
): ForecastLookup {
  const environment = useRelayEnvironment();
  const variables = useSettled(JSON.stringify({ camera, configuration }), SETTLES_MS);
  const [lookup, setLookup] = useState<ForecastLookup>({ state: "asking" });
  useEffect(() => {
    const running = fetchQuery<useCaptureForecastQuery>(
      environment,
      graphql`
        query useCaptureForecastQuery($camera: ID!, $configuration: JSON) {
          node(id: $camera) {
            ... on Camera {
              captureForecast(configuration: $configuration) {
                timezone
                windowsAreTheAgents
                opensAt
                closesAt
                lowFramesADay
                highFramesADay
                lowBytesADay
                highBytesADay
                lowDiskDays
                highDiskDays
              }
            }
          }
        }
      `,
      JSON.parse(variables) as useCaptureForecastQuery["variables"],
    ).subscribe({
      next: ({ node }) => {
        const forecast = node?.captureForecast;
        setLookup(forecast ? { state: "found", forecast } : { state: "none" });
      },
      error: () => {
        setLookup({ state: "failed" });
      },
    });
    return () => {
      running.unsubscribe();
    };
  }, [environment, variables, revision]);
  return lookup;
}
