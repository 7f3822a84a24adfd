import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";

import { formatBytes } from "../../lib/bytes.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { knownZone } from "../../lib/zonedInput.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import { useCaptureForecast, type ForecastLookup } from "./useCaptureForecast.ts";

interface Props {
  /** The camera's id. */
  readonly camera: string;
  /** Settings that are being filled in; null: the current ones. */
  readonly configuration?: Readonly<Record<string, unknown>> | null;
  readonly revision: number;
}

/** What follows from a camera's settings: when it captures next, how much comes of a day, and how long a disk lasts. */
export function CaptureForecast({ camera, configuration = null, revision }: Props) {
  const lookup = useCaptureForecast(camera, configuration, revision);
  const now = useServerNow();
  return (
    <Box data-testid="capture-forecast" role="status" sx={{ minHeight: "4.5em" }}>
      {sentences(lookup, now).map((sentence) => (
        <Typography key={sentence} variant="body2" sx={{ color: "text.secondary" }}>
          {sentence}
        </Typography>
      ))}
    </Box>
  );
}

function without(state: "asking" | "failed" | "none"): string {
  switch (state) {
    case "asking":
      return "";
    case "none":
      return t`With these settings the camera can’t work yet.`;
    case "failed":
      return t`What follows from these settings could not be asked.`;
  }
}

function sentences(lookup: ForecastLookup, now: number): readonly string[] {
  if (lookup.state !== "found") return [without(lookup.state)];
  const { forecast } = lookup;
  const { lowFramesADay, highFramesADay, lowBytesADay, highBytesADay, lowDiskDays, highDiskDays } = forecast;
  const frames = t`${range(formatNumber(lowFramesADay), formatCount(highFramesADay, "frame"))} a day`;
  const bytes =
    lowBytesADay == null || highBytesADay == null
      ? t`their size is not known yet`
      : range(formatBytes(lowBytesADay), formatBytes(highBytesADay));
  const disk =
    lowDiskDays == null || highDiskDays == null
      ? []
      : [t`Without a network, the camera’s disk holds ${days(lowDiskDays, highDiskDays)}.`];
  return [
    ...(forecast.windowsAreTheAgents ? [t`If the agent’s own file sets no windows:`] : []),
    when(forecast, now),
    highFramesADay === 0 ? t`No frames in the week after that.` : `${frames}, ${bytes}.`,
    ...disk,
  ];
}

function when(
  { opensAt, closesAt, timezone }: { opensAt?: string | null; closesAt?: string | null; timezone: string },
  now: number,
): string {
  if (opensAt == null) return t`No capture is due within 200 days.`;
  const opens = Date.parse(opensAt);
  const from = moment(opens, timezone);
  if (closesAt == null) return opens <= now ? t`Captures are due now.` : t`Captures from ${from}.`;
  const until = moment(Date.parse(closesAt), timezone);
  return opens <= now ? t`Captures are due now, until ${until}.` : t`Captures from ${from} until ${until}.`;
}

/** A moment by the clock of the camera. */
function moment(at: number, zone: string): string {
  return i18n.date(at, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: knownZone(zone),
    timeZoneName: "short",
  });
}

function days(low: number, high: number): string {
  const [from, to] = [Math.floor(low), Math.ceil(high)];
  return to <= 1 ? t`less than a day` : range(formatNumber(from), formatCount(to, "day"));
}

function range(low: string, high: string): string {
  return high.startsWith(`${low} `) || high === low ? high : t`${low} to ${high}`;
}
