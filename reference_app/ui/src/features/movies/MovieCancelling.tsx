import { t } from "@lingui/core/macro";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatAge, instant } from "../../lib/age.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { MovieCancelling_movie$key } from "./__generated__/MovieCancelling_movie.graphql";

/** That somebody asked for a movie to be paused or cancelled, while its worker has not stopped yet. */
export function MovieCancelling({ movie }: { readonly movie: MovieCancelling_movie$key }) {
  const { cancelRequest } = useFragment(
    graphql`
      fragment MovieCancelling_movie on Movie {
        cancelRequest {
          by
          at
          pauses
        }
      }
    `,
    movie,
  );
  const now = useServerNow();
  if (!cancelRequest) return null;
  const { by, at, pauses } = cancelRequest;
  return (
    <Typography variant="body2" data-testid="movie-cancelling">
      {pauses ? t`Pausing` : t`Cancelling`}, {t`asked by ${by} ${formatAge(instant(at) ?? now, now)}`}
    </Typography>
  );
}
