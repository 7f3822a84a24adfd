import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { graphql, useFragment } from "react-relay";
import { Link as RouterLink } from "wouter";

import { Panel } from "../../design/Panel.tsx";
import { existing } from "../../relay/edges.ts";
import { movieAddress } from "../../shared/subjects/subjectAddress.ts";
import type { OtherMovies_timelapse$key } from "./__generated__/OtherMovies_timelapse.graphql";
import { MovieBadge } from "./MovieBadge.tsx";

interface Props {
  readonly timelapse: OtherMovies_timelapse$key;
  /** The id of the movie that they stand beside. */
  readonly except: string;
}

/** The newest other movies of a timelapse; nothing without any. */
export function OtherMovies({ timelapse, except }: Props) {
  const { movies } = useFragment(
    graphql`
      fragment OtherMovies_timelapse on Timelapse {
        movies(first: 7) {
          edges {
            node {
              id
              name
              posterUrl
              ...MovieBadge_movie
            }
          }
        }
      }
    `,
    timelapse,
  );
  const others = existing(existing(movies.edges).map(({ node }) => node)).filter(({ id }) => id !== except);
  if (others.length === 0) return null;
  return (
    <Panel title={t`Other movies of this timelapse`}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1.5 }}>
        {others.map((movie) => (
          <Box
            component="li"
            key={movie.id}
            sx={{
              display: "grid",
              gridTemplateColumns: "88px minmax(0, 1fr) auto",
              gap: 1.5,
              alignItems: "center",
            }}
          >
            <Box
              sx={{
                width: 88,
                aspectRatio: "16 / 9",
                borderRadius: 1,
                overflow: "hidden",
                bgcolor: "#0c0f0e",
              }}
            >
              {movie.posterUrl != null && (
                <Box
                  component="img"
                  src={movie.posterUrl}
                  alt=""
                  loading="lazy"
                  sx={{ width: "100%", height: "100%", objectFit: "cover", display: "block" }}
                />
              )}
            </Box>
            <Link component={RouterLink} to={movieAddress(movie.id)} sx={{ overflowWrap: "anywhere" }}>
              {movie.name}
            </Link>
            <MovieBadge movie={movie} />
          </Box>
        ))}
      </Box>
    </Panel>
  );
}
