import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState, type KeyboardEvent } from "react";

import { formatNumber } from "../../lib/rate.ts";
import { usePlayback } from "./usePlayback.ts";

const HOUR_MS = 3_600_000;
const STRETCHES = [
  { label: () => t`Last hour`, ms: HOUR_MS },
  { label: () => t`Last day`, ms: 24 * HOUR_MS },
  { label: () => t`Last week`, ms: 7 * 24 * HOUR_MS },
] as const;
const SPEEDS = [2, 6, 12, 24] as const;

interface Props {
  readonly timelapse: string;
  /** The stretches end with this moment, in milliseconds. */
  readonly until: number;
  readonly onClose: () => void;
}

function prefersStillness(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Plays small pictures in a loop, without rendering anything. Space pauses, Escape ends it. */
export function FramePlayer({ timelapse, until, onClose }: Props) {
  const [still] = useState(prefersStillness);
  const [end] = useState(until);
  const [stretch, setStretch] = useState(0);
  const [speed, setSpeed] = useState<number>(still ? 2 : 12);
  const [running, setRunning] = useState(true);
  const { ms } = STRETCHES[stretch] ?? STRETCHES[0];
  const playback = usePlayback({ timelapse, from: end - ms, to: end, speed, running, loop: !still });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else if (event.key === " " && event.target === event.currentTarget) {
      event.preventDefault();
      setRunning(!running);
    }
  };
  return (
    <Box>
      <Box
        role="group"
        aria-label={t`Player. Space pauses, Escape ends it.`}
        tabIndex={0}
        data-testid="player"
        data-position={playback.position}
        onKeyDown={onKeyDown}
        sx={{
          position: "relative",
          borderRadius: "14px",
          overflow: "hidden",
          bgcolor: "#0c0f0e",
          color: "#e8ebe9",
          aspectRatio: "16 / 9",
          display: "grid",
          placeItems: "center",
        }}
      >
        {playback.url === null ? (
          <Box role="status" sx={{ textAlign: "center" }}>
            {playback.state === "loading" && t`Loading the pictures…`}
            {playback.state === "empty" && t`There are no frames in this time.`}
            {playback.state === "failed" && (
              <>
                {t`The pictures could not be loaded.`}{" "}
                <Button
                  size="small"
                  color="inherit"
                  variant="outlined"
                  onClick={playback.retry}
                >{t`Try again`}</Button>
              </>
            )}
          </Box>
        ) : (
          <img
            src={playback.url}
            alt={t`The frame that plays`}
            style={{ display: "block", width: "100%", height: "100%", objectFit: "contain" }}
          />
        )}
      </Box>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, mt: 1, alignItems: "center" }}>
        <Button
          size="small"
          variant="contained"
          onClick={() => {
            setRunning(!running);
          }}
        >
          {running ? t`Pause` : t`Resume`}
        </Button>
        {STRETCHES.map(({ label }, index) => (
          <Button
            key={index}
            size="small"
            aria-pressed={index === stretch}
            variant={index === stretch ? "outlined" : "text"}
            onClick={() => {
              setStretch(index);
            }}
          >
            {label()}
          </Button>
        ))}
        <Box
          component="select"
          aria-label={t`Pictures a second`}
          value={speed}
          onChange={(event) => {
            setSpeed(Number(event.target.value));
          }}
          sx={{
            font: "inherit",
            color: "inherit",
            bgcolor: "background.paper",
            border: "1px solid var(--mui-palette-divider)",
            borderRadius: "8px",
            minHeight: 32,
            px: 1,
          }}
        >
          {SPEEDS.map((each) => (
            <option key={each} value={each}>{t`${each} a second`}</option>
          ))}
        </Box>
        <Box component="span" sx={{ ml: "auto", color: "text.secondary", fontSize: "0.86rem" }}>
          {playback.total > 0 && t`${formatNumber(playback.position + 1)} of ${formatNumber(playback.total)}`}
          {playback.total > 0 && playback.every > 1 && `, ${t`one in ${formatNumber(playback.every)}`}`}
        </Box>
      </Box>
    </Box>
  );
}
