import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import type { MovieList_timelapse$key } from "./__generated__/MovieList_timelapse.graphql";
import { MovieCard } from "./MovieCard.tsx";

/** A timelapse's movies, newest first. */
export function MovieList({ timelapse }: { readonly timelapse: MovieList_timelapse$key }) {
  const { movies, state } = useFragment(
    graphql`
      fragment MovieList_timelapse on Timelapse {
        state
        movies(first: 50) @connection(key: "MovieList_movies") {
          edges {
            node {
              id
              # eslint-disable-next-line relay/unused-fields -- lists insert new movies by it
              createdAt
              ...MovieCard_movie
            }
          }
        }
      }
    `,
    timelapse,
  );
  // A deleted movie's edge stays in the list without its node.
  const shown = movies.edges.flatMap((edge) => ((edge as typeof edge | null)?.node ? [edge.node] : []));
  return (
    <Box component="section" aria-labelledby="movies" sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="h2" id="movies">{t`Movies`}</Typography>
      {shown.length === 0 ? (
        <NoMovies archived={state === "archived"} />
      ) : (
        <Box
          sx={{
            display: "grid",
            gap: 2,
            gridTemplateColumns: "repeat(auto-fill, minmax(min(300px, 100%), 1fr))",
            alignItems: "start",
          }}
        >
          {shown.map((movie) => (
            <MovieCard key={movie.id} movie={movie} />
          ))}
        </Box>
      )}
    </Box>
  );
}

/** An archived timelapse offers no button to render with. */
function NoMovies({ archived }: { readonly archived: boolean }) {
  if (archived)
    return (
      <EmptyState
        icon={<FilmIcon />}
        title={t`No movies`}
      >{t`None was kept, and an archived timelapse renders no more.`}</EmptyState>
    );
  return (
    <EmptyState icon={<FilmIcon />} title={t`No movies yet`}>
      <Trans>
        Press <em>Render</em> to make a movie from the frames received so far. Its progress appears here.
      </Trans>
    </EmptyState>
  );
}
