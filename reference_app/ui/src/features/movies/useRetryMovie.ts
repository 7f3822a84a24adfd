import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type { useRetryMovieMutation } from "./__generated__/useRetryMovieMutation.graphql";

/** Requests that a movie is rendered again. */
export function useRetryMovie(): [(movie: string) => void, boolean] {
  const [send, busy] = useAction<useRetryMovieMutation>(
    graphql`
      mutation useRetryMovieMutation($input: RetryMovieInput!) {
        retryMovie(input: $input) {
          movie {
            ...MovieCard_movie
          }
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.retryMovie.errors },
  );
  return [
    (movie) => {
      send({ variables: { input: { movie } } });
    },
    busy,
  ];
}
