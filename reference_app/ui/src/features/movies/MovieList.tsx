import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useFragment, usePaginationFragment } from "react-relay";

import { EmptyState } from "../../design/EmptyState.tsx";
import { FilmIcon } from "../../design/icons.tsx";
import { existing } from "../../relay/edges.ts";
import { Disclosure } from "../../shared/pages/Disclosure.tsx";
import { isForOthers } from "../../shared/transitions/isForOthers.ts";
import type { MovieList_offers$key } from "./__generated__/MovieList_offers.graphql";
import type { MovieList_timelapse$key } from "./__generated__/MovieList_timelapse.graphql";
import type { MovieListPaginationQuery } from "./__generated__/MovieListPaginationQuery.graphql";
import { MovieCard } from "./MovieCard.tsx";
import { Trash } from "./Trash.tsx";

/** Movies that are fetched at once. */
const PAGE = 12;
/** The state of a movie that was deleted and can be restored. */
const TRASHED = "trashed";

/** A timelapse's movies, newest first, page by page, and its trash. */
export function MovieList({ timelapse }: { readonly timelapse: MovieList_timelapse$key }) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    MovieListPaginationQuery,
    MovieList_timelapse$key
  >(
    graphql`
      fragment MovieList_timelapse on Timelapse
      @argumentDefinitions(first: { type: "Int", defaultValue: 12 }, after: { type: "String" })
      @refetchable(queryName: "MovieListPaginationQuery") {
        id
        state
        ...MovieList_offers
        movies(first: $first, after: $after) @connection(key: "MovieList_movies") {
          edges {
            node {
              id
              state
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
  const { availableTransitions } = useFragment<MovieList_offers$key>(
    graphql`
      fragment MovieList_offers on Stateful {
        availableTransitions {
          name
          ...isForOthers_transition
        }
      }
    `,
    data,
  );
  const isForOthersToRender = availableTransitions.some(
    (each) => each.name === "render" && isForOthers(each),
  );
  // A deleted movie's edge stays in the list without its node.
  const known = existing(existing(data.movies.edges).map(({ node }) => node));
  const shown = known.filter(({ state }) => state !== TRASHED);
  const trashed = known.filter(({ state }) => state === TRASHED);
  const [isTrashOpen, setTrashOpen] = useState(false);
  return (
    <Box component="section" aria-labelledby="movies" sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="h2" id="movies">{t`Movies`}</Typography>
      {shown.length === 0 ? (
        <NoMovies archived={data.state === "archived"} isForOthers={isForOthersToRender} />
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
      {hasNext && (
        <Button
          loading={isLoadingNext}
          onClick={() => {
            loadNext(PAGE);
          }}
          sx={{ justifySelf: "start" }}
        >{t`Show older movies`}</Button>
      )}
      <Disclosure
        open={isTrashOpen}
        onToggle={() => {
          setTrashOpen(!isTrashOpen);
        }}
        label={isTrashOpen ? t`Hide the trash` : t`Show the trash`}
        testId="trash"
      >
        <Trash timelapse={data.id} version={trashed.map(({ id }) => id).join()} />
      </Disclosure>
    </Box>
  );
}

/** An archived timelapse offers no button to render with, and neither does one to those who may not. */
function NoMovies({ archived, isForOthers }: { readonly archived: boolean; readonly isForOthers: boolean }) {
  if (archived)
    return (
      <EmptyState
        icon={<FilmIcon />}
        title={t`No movies`}
      >{t`None was kept, and an archived timelapse renders no more.`}</EmptyState>
    );
  if (isForOthers)
    return (
      <EmptyState
        icon={<FilmIcon />}
        title={t`No movies yet`}
      >{t`The first one appears here when somebody renders it.`}</EmptyState>
    );
  return (
    <EmptyState icon={<FilmIcon />} title={t`No movies yet`}>
      <Trans>
        Press <em>Render</em> to make a movie from the frames received so far. Its progress appears here.
      </Trans>
    </EmptyState>
  );
}
