/* eslint-disable relay/unused-fields -- RenderEstimate shows them */
import { useEffect, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";

import type {
  FrameSelectionInput,
  MovieStyleInput,
  useRenderEstimateQuery,
} from "./__generated__/useRenderEstimateQuery.graphql";

export interface RenderOptions {
  readonly fps: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly selection?: FrameSelectionInput;
  readonly style?: MovieStyleInput;
  /** Only frames captured at or after it, and before the other. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

type Estimate = NonNullable<NonNullable<useRenderEstimateQuery["response"]["node"]>["renderEstimate"]>;

/** What is known of a movie that nobody has asked for yet. */
export type RenderEstimateLookup =
  { readonly state: "asking" | "none" | "failed" } | ({ readonly state: "found" } & Estimate);

/** New frames after which the estimate is asked for again. */
const ASK_EVERY = 100;

/** Asks what to expect of a movie with these options, again when they change or many frames are new. */
export function useRenderEstimate(
  timelapse: string,
  frameCount: number,
  options: RenderOptions,
): RenderEstimateLookup {
  const environment = useRelayEnvironment();
  const variables = JSON.stringify({ timelapse, ...options });
  const wanted = `${variables} ${String(Math.ceil(frameCount / ASK_EVERY))}`;
  const [known, setKnown] = useState<{ readonly of: string; readonly lookup: RenderEstimateLookup } | null>(
    null,
  );
  useEffect(() => {
    const running = fetchQuery<useRenderEstimateQuery>(
      environment,
      graphql`
        query useRenderEstimateQuery(
          $timelapse: ID!
          $fps: Float!
          $width: Int
          $height: Int
          $selection: FrameSelectionInput
          $style: MovieStyleInput
          $from: DateTime
          $to: DateTime
        ) {
          node(id: $timelapse) {
            ... on Timelapse {
              renderEstimate(
                fps: $fps
                width: $width
                height: $height
                selection: $selection
                style: $style
                from: $from
                to: $to
              ) {
                frames
                durationSeconds
                width
                height
                lowBytes
                highBytes
                lowRenderSeconds
                highRenderSeconds
              }
            }
          }
        }
      `,
      JSON.parse(variables) as useRenderEstimateQuery["variables"],
    ).subscribe({
      next: ({ node }) => {
        const estimate = node?.renderEstimate;
        setKnown({ of: wanted, lookup: estimate ? { state: "found", ...estimate } : { state: "none" } });
      },
      error: () => {
        setKnown({ of: wanted, lookup: { state: "failed" } });
      },
    });
    return () => {
      running.unsubscribe();
    };
  }, [environment, variables, wanted]);
  return known?.of === wanted ? known.lookup : { state: "asking" };
}
