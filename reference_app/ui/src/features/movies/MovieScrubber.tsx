import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Slider from "@mui/material/Slider";
import { useState } from "react";

import { formatPlayTime } from "../../lib/duration.ts";
import { parseThumbnails, type Thumbnail, thumbnailAt } from "../../lib/thumbnails.ts";

interface Props {
  readonly src: string;
  readonly seconds: number;
  readonly onSeek: (seconds: number) => void;
}

const STEPS = 1000;

/** Finds a moment of a movie by small pictures of it, which are fetched when somebody begins to look. */
export function MovieScrubber({ src, seconds, onSeek }: Props) {
  const [thumbnails, setThumbnails] = useState<readonly Thumbnail[] | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const [chosen, setChosen] = useState(0);
  const look = () => {
    if (thumbnails !== null) return;
    setThumbnails([]);
    void fetch(src)
      .then(async (answer) => (answer.ok ? answer.text() : ""))
      .then((text) => {
        setThumbnails(parseThumbnails(text, src));
      })
      .catch(() => {
        setThumbnails(null); // asked for again the next time
      });
  };
  const shown = at === null ? undefined : thumbnailAt(thumbnails ?? [], at);
  return (
    <Box
      sx={{ position: "relative", px: 2 }}
      onPointerEnter={look}
      onFocus={() => {
        look();
        setAt(chosen);
      }}
      onPointerMove={({ currentTarget, clientX }) => {
        const { left, width } = currentTarget.getBoundingClientRect();
        setAt(Math.min(1, Math.max(0, (clientX - left - 16) / Math.max(1, width - 32))) * seconds);
      }}
      onPointerLeave={() => {
        setAt(null);
      }}
      onBlur={() => {
        setAt(null);
      }}
    >
      {shown !== undefined && at !== null && (
        <Box
          data-testid="movie-thumbnail"
          aria-hidden
          sx={{
            position: "absolute",
            bottom: "100%",
            left: `clamp(0px, calc(${String((at / seconds) * 100)}% - ${String(shown.width / 2)}px), calc(100% - ${String(shown.width)}px))`,
            width: shown.width,
            height: shown.height,
            backgroundImage: `url(${shown.image})`,
            backgroundPosition: `-${String(shown.left)}px -${String(shown.top)}px`,
            borderRadius: 1,
            boxShadow: 3,
            pointerEvents: "none",
          }}
        />
      )}
      <Slider
        size="small"
        aria-label={t`Find a moment`}
        min={0}
        max={seconds}
        step={seconds / STEPS}
        value={chosen}
        getAriaValueText={formatPlayTime}
        onChange={(_, value) => {
          setChosen(value);
          setAt(value);
          onSeek(value);
        }}
      />
    </Box>
  );
}
