import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type { useCancelMovieMutation } from "./__generated__/useCancelMovieMutation.graphql";

/** Requests cancellation of a movie's rendering. */
export function useCancelMovie(): [(movie: string) => void, boolean] {
  const [send, busy] = useAction<useCancelMovieMutation>(
    graphql`
      mutation useCancelMovieMutation($input: CancelMovieInput!) {
        cancelMovie(input: $input) {
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
    { errors: (response) => response.cancelMovie.errors },
  );
  return [
    (movie) => {
      send({ variables: { input: { movie } } });
    },
    busy,
  ];
}
