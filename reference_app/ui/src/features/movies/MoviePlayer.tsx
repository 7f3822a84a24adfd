import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { lazy, Suspense, useRef, useState } from "react";
import { graphql, useFragment } from "react-relay";

import { MovieChapters } from "./MovieChapters.tsx";
import { MovieScrubber } from "./MovieScrubber.tsx";
import type { MovieChapters_movie$key } from "./__generated__/MovieChapters_movie.graphql";
import type { MoviePlayer_movie$key } from "./__generated__/MoviePlayer_movie.graphql";

const LivePlayer = lazy(async () => ({ default: (await import("./LivePlayer.tsx")).LivePlayer }));

interface Props {
  readonly movie: MoviePlayer_movie$key;
  /** Its chapters, to stand below it. */
  readonly chapters?: MovieChapters_movie$key;
}

/**
 * The player of a movie, and while it is rendered that of its finished beginning, for whoever asks for it. Somebody who
 * watches the beginning goes on in the movie where they are. A movie's sound is music, which needs no captions; its
 * finished beginning is silent.
 */
export function MoviePlayer({ movie, chapters }: Props) {
  const { name, videoUrl, liveUrl, posterUrl, thumbnailsUrl, sound, durationSeconds, width, height } =
    useFragment(
      graphql`
        fragment MoviePlayer_movie on Movie {
          name
          videoUrl
          liveUrl
          posterUrl
          thumbnailsUrl
          sound {
            name
          }
          durationSeconds
          width
          height
        }
      `,
      movie,
    );
  const [watching, setWatching] = useState(false);
  const seconds = useRef(0);
  const video = useRef<HTMLVideoElement>(null);
  const [at, setAt] = useState(0);
  const seek = (to: number) => {
    if (video.current) video.current.currentTime = to;
    setAt(to);
  };
  const shape = `${String(width)} / ${String(height)}`;
  if (typeof videoUrl === "string") {
    return (
      <>
        <Box
          component="video"
          ref={video}
          data-testid="movie-video"
          src={videoUrl}
          poster={posterUrl ?? undefined}
          aria-label={t`Movie ${name}`}
          controls
          muted={sound == null}
          playsInline
          autoPlay={watching}
          preload="metadata"
          onLoadedMetadata={({ currentTarget }) => {
            if (watching) currentTarget.currentTime = seconds.current;
          }}
          onTimeUpdate={
            chapters
              ? ({ currentTarget }) => {
                  setAt(currentTarget.currentTime);
                }
              : undefined
          }
          sx={{ display: "block", width: "100%", aspectRatio: shape, bgcolor: "#0c0f0e" }}
        />
        {typeof thumbnailsUrl === "string" && typeof durationSeconds === "number" && (
          <MovieScrubber src={thumbnailsUrl} seconds={durationSeconds} onSeek={seek} />
        )}
        {chapters !== undefined && <MovieChapters movie={chapters} at={at} onSeek={seek} />}
      </>
    );
  }
  if (typeof liveUrl !== "string") return null;
  if (!watching) {
    const watch = (
      <Button
        fullWidth={chapters === undefined}
        variant={chapters === undefined ? "text" : "contained"}
        onClick={() => {
          setWatching(true);
        }}
      >{t`Watch what is finished`}</Button>
    );
    if (chapters === undefined) return watch;
    return (
      <Box
        sx={{
          display: "grid",
          placeItems: "center",
          aspectRatio: shape,
          bgcolor: "#0c0f0e",
          borderRadius: "14px",
        }}
      >
        {watch}
      </Box>
    );
  }
  return (
    <Suspense fallback={<Box sx={{ aspectRatio: shape, bgcolor: "#0c0f0e" }} />}>
      <LivePlayer
        src={liveUrl}
        name={name}
        sound={sound?.name ?? ""}
        shape={shape}
        onTime={(at) => {
          seconds.current = at;
        }}
      />
    </Suspense>
  );
}
