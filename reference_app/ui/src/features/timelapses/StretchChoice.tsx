import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { ReactNode } from "react";

import { clockTime, dayName } from "../../lib/moments.ts";
import { aheadMs } from "../../lib/zonedInput.ts";

/** From the first frame to the last, in milliseconds. */
export interface ChosenStretch {
  readonly from: number;
  readonly to: number;
}

interface Props {
  /** The frame that is shown, in milliseconds. */
  readonly moment: number;
  readonly zone: string;
  /** The other end, once it is marked. */
  readonly marked: number | null;
  readonly onMark: (moment: number | null) => void;
  readonly onMakeMovie: (stretch: ChosenStretch) => void;
  /** What else can be made of a part. */
  readonly others: (stretch: ChosenStretch) => ReactNode;
}

/** Chooses a part of a timelapse: one end is marked, the other is the frame that is shown. */
export function StretchChoice({ moment, zone, marked, onMark, onMakeMovie, others }: Props) {
  if (marked === null) {
    return (
      <Button
        size="small"
        onClick={() => {
          onMark(moment);
        }}
      >{t`Start here`}</Button>
    );
  }
  const stretch = { from: Math.min(marked, moment), to: Math.max(marked, moment) };
  const inWords = (at: number) => {
    const offset = aheadMs(at, zone);
    return `${dayName(at, offset)}, ${clockTime(at, offset)}`;
  };
  return (
    <Box
      role="group"
      aria-label={t`Part of the timelapse`}
      sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, alignItems: "center", width: "100%" }}
    >
      <Box component="span" role="status" sx={{ fontSize: "0.86rem" }}>
        {stretch.from === stretch.to
          ? t`From ${inWords(marked)}. Go to the frame where it ends, or let it go on.`
          : t`${inWords(stretch.from)} to ${inWords(stretch.to)}`}
      </Box>
      <Button
        size="small"
        variant="outlined"
        aria-haspopup="dialog"
        disabled={stretch.from === stretch.to}
        onClick={() => {
          onMakeMovie(stretch);
        }}
      >{t`Make a movie…`}</Button>
      {others(stretch)}
      <Button
        size="small"
        onClick={() => {
          onMark(null);
        }}
      >{t`Forget the start`}</Button>
    </Box>
  );
}
