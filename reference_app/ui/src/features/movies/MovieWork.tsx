import { t } from "@lingui/core/macro";
import { graphql, useFragment } from "react-relay";

import { MovieMeter } from "../../shared/progress/MovieMeter.tsx";
import { WhyButton } from "../../shared/why/WhyButton.tsx";
import type { MovieWork_movie$key } from "./__generated__/MovieWork_movie.graphql";
import { MovieCancelling } from "./MovieCancelling.tsx";
import { MovieFailure } from "./MovieFailure.tsx";
import { MovieWaiting } from "./MovieWaiting.tsx";

/** What the button of the panel asks, in the states in which a movie waits for something or failed. */
const questions: Readonly<Partial<Record<string, () => string>>> = {
  queued: () => t`Why is it waiting?`,
  rendering: () => t`When is it done?`,
  failed: () => t`Why did it fail?`,
};

/** How far a movie is until it is ready: its progress, what it waits for, or why it failed. */
export function MovieWork({ movie }: { readonly movie: MovieWork_movie$key }) {
  const data = useFragment(
    graphql`
      fragment MovieWork_movie on Movie {
        id
        state
        videoUrl
        cancelRequest {
          __typename
        }
        ...MovieMeter_movie
        ...MovieCancelling_movie
        ...MovieFailure_movie
        ...MovieWaiting_movie
      }
    `,
    movie,
  );
  const question = questions[data.state.toLowerCase()]?.();
  return (
    <>
      {typeof data.videoUrl !== "string" && (
        <MovieMeter movie={data} testId="movie-progress" livenessTestId="movie-liveness" />
      )}
      <MovieCancelling movie={data} />
      <MovieFailure movie={data} />
      {question !== undefined && !data.cancelRequest && (
        <WhyButton of={data.id} label={question}>
          <MovieWaiting movie={data} />
        </WhyButton>
      )}
    </>
  );
}
