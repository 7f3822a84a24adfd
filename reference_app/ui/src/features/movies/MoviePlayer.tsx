import Box from "@mui/material/Box";
import { graphql, useFragment } from "react-relay";

import type { MoviePlayer_movie$key } from "./__generated__/MoviePlayer_movie.graphql";

/** The player of a movie. A movie has no sound, so it needs no captions. */
export function MoviePlayer({ movie }: { readonly movie: MoviePlayer_movie$key }) {
  const { name, videoUrl, posterUrl, width, height } = useFragment(
    graphql`
      fragment MoviePlayer_movie on Movie {
        name
        videoUrl
        posterUrl
        width
        height
      }
    `,
    movie,
  );
  if (videoUrl === null || videoUrl === undefined) return null;
  return (
    <Box
      component="video"
      data-testid="movie-video"
      src={videoUrl}
      poster={posterUrl ?? undefined}
      aria-label={`Movie ${name}`}
      controls
      muted
      playsInline
      preload="metadata"
      sx={{
        display: "block",
        width: "100%",
        aspectRatio: `${String(width)} / ${String(height)}`,
        bgcolor: "#0c0f0e",
      }}
    />
  );
}
