import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import { graphql, useFragment, usePreloadedQuery, type PreloadedQuery } from "react-relay";
import { Link as RouterLink } from "wouter";

import { FilmIcon } from "../../design/icons.tsx";
import { PageHeader } from "../../design/PageHeader.tsx";
import { LiveStatusBadge } from "../../shared/live/LiveStatusBadge.tsx";
import { NotFound } from "../../shared/pages/NotFound.tsx";
import { ShareLinks } from "../../shared/sharing/ShareLinks.tsx";
import type { MoviePage_live$key } from "./__generated__/MoviePage_live.graphql";
import type { MoviePage_movie$key } from "./__generated__/MoviePage_movie.graphql";
import type { MoviePageQuery } from "./__generated__/MoviePageQuery.graphql";
import { AboutMovie } from "./AboutMovie.tsx";
import { MovieBadge } from "./MovieBadge.tsx";
import { MoviePlayer } from "./MoviePlayer.tsx";
import { MovieTransitions } from "./MovieTransitions.tsx";
import { MovieWork } from "./MovieWork.tsx";
import { OtherMovies } from "./OtherMovies.tsx";
import { TrashedMovie } from "./TrashedMovie.tsx";
import { useMovieUpdates } from "./useMovieUpdates.ts";

/** One movie, updated live: its player with its chapters, all that is known of it, and what can be done with it. */
export function MoviePage({ queryRef }: { readonly queryRef: PreloadedQuery<MoviePageQuery> }) {
  const { node } = usePreloadedQuery<MoviePageQuery>(
    graphql`
      query MoviePageQuery($id: ID!) {
        node(id: $id) {
          ...MoviePage_movie @alias(as: "movie")
        }
      }
    `,
    queryRef,
  );
  return node?.movie ? (
    <Movie movie={node.movie} />
  ) : (
    <NotFound
      icon={<FilmIcon />}
      title={t`Movie not found`}
      to="/timelapses"
      label={t`Show all timelapses`}
    >{t`It may have been deleted, or the address is wrong.`}</NotFound>
  );
}

function Movie({ movie: key }: { readonly movie: MoviePage_movie$key }) {
  const { timelapse, ...page } = useFragment(
    graphql`
      fragment MoviePage_movie on Movie {
        id
        timelapse {
          id
          name
          ...OtherMovies_timelapse
        }
        ...MoviePage_live
      }
    `,
    key,
  );
  const movie = useFragment<MoviePage_live$key>(
    graphql`
      fragment MoviePage_live on Movie {
        name
        state
        downloadUrl
        ...TrashedMovie_movie
        ...MovieBadge_movie
        ...MoviePlayer_movie
        ...MovieChapters_movie
        ...MovieWork_movie
        ...MovieTransitions_movie
        ...AboutMovie_movie
        shareLinks {
          ...ShareLinks_links
        }
      }
    `,
    page,
  );
  const { id } = page;
  const { name, downloadUrl } = movie;
  const isTrashed = movie.state === "trashed";
  const status = useMovieUpdates(id, timelapse.id);
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader
        title={name}
        lead={
          <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.5, alignItems: "center" }}>
            <Link component={RouterLink} to={`/timelapses/${encodeURIComponent(timelapse.id)}`}>
              {timelapse.name}
            </Link>
            <MovieBadge movie={movie} />
          </Box>
        }
        actions={<LiveStatusBadge status={status} />}
      />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 380px" },
          alignItems: "start",
        }}
      >
        <Box sx={{ display: "grid", gap: 1.5, minWidth: 0 }}>
          {isTrashed ? (
            <TrashedMovie movie={movie} />
          ) : (
            <>
              <MoviePlayer movie={movie} chapters={movie} />
              <MovieWork movie={movie} />
            </>
          )}
        </Box>
        <Box sx={{ display: "grid", gap: 2.5, minWidth: 0 }}>
          <Box sx={{ display: "grid", gap: 1.5 }}>
            {!isTrashed && downloadUrl != null && (
              <Button
                href={downloadUrl}
                download
                variant="contained"
                sx={{ justifySelf: "start" }}
              >{t`Download`}</Button>
            )}
            <MovieTransitions movie={movie} />
            {!isTrashed && <ShareLinks of={id} links={movie.shareLinks} />}
          </Box>
          <AboutMovie movie={movie} />
          <OtherMovies timelapse={timelapse} except={id} />
        </Box>
      </Box>
    </Box>
  );
}
