import { t } from "@lingui/core/macro";
import Typography from "@mui/material/Typography";

import { formatBytes } from "../../lib/bytes.ts";
import { formatPlayTime, formatRange } from "../../lib/duration.ts";
import { formatCount } from "../../lib/rate.ts";
import { useRenderEstimate, type RenderEstimateLookup, type RenderOptions } from "./useRenderEstimate.ts";

interface Props {
  readonly timelapse: string;
  readonly frameCount: number;
  readonly options: RenderOptions;
  /** Whether the number of frames and the length are said, too. */
  readonly withLength?: boolean;
}

/** How large the movie will be and how long rendering takes, before anybody asks for it. */
export function RenderEstimate({ timelapse, frameCount, options, withLength = false }: Props) {
  const lookup = useRenderEstimate(timelapse, frameCount, options);
  return (
    <Typography
      variant="body2"
      data-testid="render-estimate"
      sx={{ color: "text.secondary", minHeight: "1.5em" }}
    >
      {withLength && lookup.state === "found" && `${length(lookup)} · `}
      {withLength && lookup.state === "none" ? t`No movie can be made with these options.` : words(lookup)}
    </Typography>
  );
}

function withoutEstimate(state: "asking" | "failed" | "none"): string {
  switch (state) {
    case "asking":
      return t`Estimating size and time…`;
    case "failed":
      return t`Size and time could not be estimated.`;
    case "none":
      return "";
  }
}

function length({ frames, durationSeconds }: { frames: number; durationSeconds: number }): string {
  return `${formatCount(frames, "frame")}, ${formatPlayTime(durationSeconds)}`;
}

function words(lookup: RenderEstimateLookup): string {
  if (lookup.state !== "found") return withoutEstimate(lookup.state);
  const { width, height, lowBytes, highBytes, lowRenderSeconds, highRenderSeconds } = lookup;
  const shape = `${String(width)}×${String(height)}`;
  const size =
    lowBytes == null || highBytes == null ? null : t`${formatBytes(lowBytes)} to ${formatBytes(highBytes)}`;
  const time =
    lowRenderSeconds == null || highRenderSeconds == null
      ? null
      : t`rendering takes ${formatRange(lowRenderSeconds, highRenderSeconds)}`;
  if (size === null && time === null) return `${shape}; ${t`size and time are known after the first movie`}`;
  return [shape, size ?? t`size not known`, time ?? t`time not known`].join(" · ");
}
