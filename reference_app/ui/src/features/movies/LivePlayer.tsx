import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Hls from "hls.js/light";
import { useEffect, useRef, useState } from "react";

interface Props {
  /** The address of a playlist that grows while the movie is rendered. */
  readonly src: string;
  readonly name: string;
  /** What the finished movie plays; empty if it is silent. */
  readonly sound: string;
  readonly shape: string;
  readonly onTime: (seconds: number) => void;
}

/** Plays the finished beginning of a movie from its first frame, and goes on as more is finished. */
export function LivePlayer({ src, name, sound, shape, onTime }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const player = video.current;
    if (player === null) return undefined;
    if (!Hls.isSupported()) {
      player.src = src; // Safari plays playlists itself.
      return undefined;
    }
    // Without a worker: the page's policy allows none, and there is nothing to convert.
    const hls = new Hls({ enableWorker: false, startPosition: 0, maxBufferLength: 30 });
    hls.on(Hls.Events.ERROR, (_, { fatal }) => {
      if (fatal) setFailed(true);
    });
    hls.loadSource(src);
    hls.attachMedia(player);
    return () => {
      hls.destroy();
    };
  }, [src]);
  return (
    <>
      <Box
        component="video"
        ref={video}
        data-testid="live-video"
        aria-label={t`${name}, what is finished of it`}
        controls
        autoPlay
        muted
        playsInline
        onTimeUpdate={() => {
          onTime(video.current?.currentTime ?? 0);
        }}
        sx={{ display: "block", width: "100%", aspectRatio: shape, bgcolor: "#0c0f0e" }}
      />
      {sound !== "" && (
        <Box
          sx={{ px: 2, pt: 1.5, fontSize: "0.9rem", overflowWrap: "anywhere" }}
        >{t`Its sound, ${sound}, is played when the movie is ready.`}</Box>
      )}
      {failed && (
        <Box
          role="alert"
          sx={{ px: 2, pt: 1.5, fontSize: "0.9rem" }}
        >{t`It can't be played before it is ready.`}</Box>
      )}
    </>
  );
}
