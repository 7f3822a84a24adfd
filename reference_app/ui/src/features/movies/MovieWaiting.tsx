import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Reasons } from "../../shared/transitions/Reasons.tsx";
import type { MovieWaiting_movie$key } from "./__generated__/MovieWaiting_movie.graphql";

/** Why a queued movie has not started. */
export function MovieWaiting({ movie }: { readonly movie: MovieWaiting_movie$key }) {
  const { waiting } = useFragment(
    graphql`
      fragment MovieWaiting_movie on Movie {
        waiting {
          ...Reasons_reasons
        }
      }
    `,
    movie,
  );
  if (waiting.length === 0) return null;
  return (
    <Box data-testid="movie-waiting" sx={{ borderLeft: 3, borderColor: "info.main", pl: 1.5 }}>
      <Reasons reasons={waiting} />
    </Box>
  );
}
