import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import { graphql, useFragment } from "react-relay";

import type { MovieFailure_movie$key } from "./__generated__/MovieFailure_movie.graphql";

/** Why a movie could not be rendered, and the remedy. */
export function MovieFailure({ movie }: { readonly movie: MovieFailure_movie$key }) {
  const { failure } = useFragment(
    graphql`
      fragment MovieFailure_movie on Movie {
        failure {
          message
          remedy
        }
      }
    `,
    movie,
  );
  if (!failure) return null;
  return (
    <Alert severity="error" variant="outlined" data-testid="movie-failure">
      <AlertTitle sx={{ fontSize: "0.95rem" }}>{failure.message}</AlertTitle>
      {failure.remedy}
    </Alert>
  );
}
