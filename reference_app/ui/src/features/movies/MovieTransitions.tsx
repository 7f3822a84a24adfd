import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import { formatNumber } from "../../lib/rate.ts";
import { Transitions } from "../../shared/transitions/Transitions.tsx";
import type { MovieTransitions_movie$key } from "./__generated__/MovieTransitions_movie.graphql";

/** What is done on a movie's own page. */
const RARE = ["rename"];

interface Props {
  readonly movie: MovieTransitions_movie$key;
  /** Whether it stands among others, so that nothing of it stands out. */
  readonly isOneOfMany?: boolean;
}

/** What can be done with a movie now. */
export function MovieTransitions({ movie, isOneOfMany = false }: Props) {
  const data = useFragment(
    graphql`
      fragment MovieTransitions_movie on Movie {
        state
        frameCount
        framesDone
        bytes
        cancelRequest {
          pauses
        }
        ...Transitions_stateful
      }
    `,
    movie,
  );
  return (
    <Transitions
      of={data}
      except={[...withheld(data), ...(isOneOfMany ? RARE : [])]}
      labels={resumeLabel(data)}
      isOneOfMany={isOneOfMany}
    />
  );
}

interface Rest {
  readonly state: string;
  readonly framesDone: number;
  readonly frameCount: number;
  readonly bytes?: unknown;
  readonly cancelRequest?: { readonly pauses: boolean } | null | undefined;
}

/**
 * Transitions that are not shown: what has been asked for already, starting over what hasn't begun, and of the two
 * ways out of the trash the one for movies that were ready, or for those that weren't.
 */
function withheld({ cancelRequest, framesDone, bytes }: Rest): string[] {
  const asked = cancelRequest ? (cancelRequest.pauses ? ["pause"] : ["pause", "cancel"]) : [];
  const never = [...asked, bytes == null ? "restore" : "restore_unfinished"];
  return framesDone > 0 ? never : [...never, "start_over"];
}

/** What retrying is called: resuming, when something is done or somebody paused it. */
function resumeLabel({ state, framesDone, frameCount }: Rest): Partial<Record<string, string>> {
  if (framesDone > 0) {
    return { retry: t`Resume (${formatNumber(framesDone)} of ${formatNumber(frameCount)} done)` };
  }
  return state.toLowerCase() === "paused" ? { retry: t`Resume` } : {};
}
