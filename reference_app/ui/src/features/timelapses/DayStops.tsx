import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";

import { clockTime } from "../../lib/moments.ts";
import { formatCount } from "../../lib/rate.ts";
import { labelOf } from "../../shared/cameras/gapReasons.ts";

interface Stretch {
  readonly beginsAt: string;
  readonly endsAt: string;
}

interface Gap extends Stretch {
  readonly reason: string;
  readonly missed: number;
}

interface Props {
  readonly gaps: readonly Gap[];
  readonly nights: readonly Stretch[];
  readonly offset: number;
  readonly onSeek: (moment: number) => void;
}

/** The day's gaps and nights in words, for keyboards and screen readers too; each leads to its beginning. */
export function DayStops({ gaps, nights, offset, onSeek }: Props) {
  const stops = [
    ...gaps.map((gap) => ({
      ...gap,
      label: `${t`Gap: ${formatCount(gap.missed, "frame")} missing`} · ${labelOf(gap.reason)}`,
    })),
    ...nights.map((night) => ({ ...night, label: t`Night` })),
  ].sort((one, other) => Date.parse(one.beginsAt) - Date.parse(other.beginsAt));
  if (stops.length === 0) return null;
  const counts = [
    gaps.length > 0 && formatCount(gaps.length, "gap"),
    nights.length > 0 && formatCount(nights.length, "night"),
  ].filter(Boolean);
  return (
    <Box component="details" sx={{ fontSize: "0.86rem", "& > summary": { cursor: "pointer", py: 0.5 } }}>
      <summary>{counts.join(", ")}</summary>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", maxHeight: 200, overflowY: "auto" }}>
        {stops.map(({ beginsAt, endsAt, label }) => (
          <li key={`${label} ${beginsAt}`}>
            <Button
              size="small"
              onClick={() => {
                onSeek(Date.parse(beginsAt));
              }}
            >{t`${clockTime(Date.parse(beginsAt), offset)} to ${clockTime(Date.parse(endsAt), offset)} · ${label}`}</Button>
          </li>
        ))}
      </Box>
    </Box>
  );
}
