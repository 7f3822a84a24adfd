import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { existing } from "../../relay/edges.ts";
import type { OtherMovies_timelapse$key } from "./__generated__/OtherMovies_timelapse.graphql";
import { MovieBadge } from "./MovieBadge.tsx";
import { MovieRow } from "./MovieRow.tsx";

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
              state
              ...MovieRow_movie
              ...MovieBadge_movie
            }
          }
        }
      }
    `,
    timelapse,
  );
  const others = existing(existing(movies.edges).map(({ node }) => node)).filter(
    ({ id, state }) => id !== except && state !== "trashed",
  );
  if (others.length === 0) return null;
  return (
    <Panel title={t`Other movies of this timelapse`}>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 1.5 }}>
        {others.map((movie) => (
          <MovieRow key={movie.id} movie={movie} aside={<MovieBadge movie={movie} />} />
        ))}
      </Box>
    </Panel>
  );
}
