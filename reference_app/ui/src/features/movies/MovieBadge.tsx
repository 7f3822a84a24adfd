import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { humanize } from "../../lib/words.ts";
import type { MovieBadge_movie$key } from "./__generated__/MovieBadge_movie.graphql";

const tones: Readonly<Record<string, Tone>> = {
  ready: "good",
  rendering: "good",
  failed: "bad",
  cancelled: "quiet",
  paused: "quiet",
  queued: "attention",
  trashed: "quiet",
};

/** The state of a movie, or what its worker was asked for. */
export function MovieBadge({ movie }: { readonly movie: MovieBadge_movie$key }) {
  const { state, cancelRequest } = useFragment(
    graphql`
      fragment MovieBadge_movie on Movie {
        state
        cancelRequest {
          pauses
        }
      }
    `,
    movie,
  );
  if (cancelRequest)
    return <StateBadge tone="attention" label={cancelRequest.pauses ? t`Pausing` : t`Cancelling`} />;
  return <StateBadge tone={tones[state.toLowerCase()] ?? "quiet"} label={humanize(state)} />;
}
