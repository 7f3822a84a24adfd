import { graphql } from "react-relay";

import { useAction } from "../live/useAction.ts";
import type { useDeleteMovieMutation } from "./__generated__/useDeleteMovieMutation.graphql";

/** Deletes a movie and removes it from every list. */
export function useDeleteMovie(): [(movie: string) => void, boolean] {
  const [send, busy] = useAction<useDeleteMovieMutation>(
    graphql`
      mutation useDeleteMovieMutation($input: DeleteMovieInput!) {
        deleteMovie(input: $input) {
          deletedMovieId @deleteRecord
          errors {
            message
            remedy
          }
        }
      }
    `,
    { errors: (response) => response.deleteMovie.errors },
  );
  return [
    (movie) => {
      send({ variables: { input: { movie } } });
    },
    busy,
  ];
}
