import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { lazy, Suspense, useRef, useState } from "react";
import { graphql, useFragment } from "react-relay";

import type { MoviePlayer_movie$key } from "./__generated__/MoviePlayer_movie.graphql";

const LivePlayer = lazy(async () => ({ default: (await import("./LivePlayer.tsx")).LivePlayer }));

/**
 * The player of a movie, and while it is rendered that of its finished beginning, for whoever asks for it. Somebody who
 * watches the beginning goes on in the movie where they are. A movie has no sound, so it needs no captions.
 */
export function MoviePlayer({ movie }: { readonly movie: MoviePlayer_movie$key }) {
  const { name, videoUrl, liveUrl, posterUrl, width, height } = useFragment(
    graphql`
      fragment MoviePlayer_movie on Movie {
        name
        videoUrl
        liveUrl
        posterUrl
        width
        height
      }
    `,
    movie,
  );
  const [watching, setWatching] = useState(false);
  const seconds = useRef(0);
  const shape = `${String(width)} / ${String(height)}`;
  if (typeof videoUrl === "string") {
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
        autoPlay={watching}
        preload="metadata"
        onLoadedMetadata={({ currentTarget }) => {
          if (watching) currentTarget.currentTime = seconds.current;
        }}
        sx={{ display: "block", width: "100%", aspectRatio: shape, bgcolor: "#0c0f0e" }}
      />
    );
  }
  if (typeof liveUrl !== "string") return null;
  if (!watching) {
    return (
      <Button
        fullWidth
        onClick={() => {
          setWatching(true);
        }}
      >
        Watch what is finished
      </Button>
    );
  }
  return (
    <Suspense fallback={<Box sx={{ aspectRatio: shape, bgcolor: "#0c0f0e" }} />}>
      <LivePlayer
        src={liveUrl}
        name={name}
        shape={shape}
        onTime={(at) => {
          seconds.current = at;
        }}
      />
    </Suspense>
  );
}
