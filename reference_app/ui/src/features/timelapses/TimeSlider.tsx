import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { Suspense, useRef, type KeyboardEvent, type PointerEvent } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import { clockTime, dayName, hoursOf } from "../../lib/moments.ts";
import { formatCount } from "../../lib/rate.ts";
import { labelOf } from "../../shared/cameras/gapReasons.ts";
import type { TimeSliderQuery } from "./__generated__/TimeSliderQuery.graphql";
import { DayStops } from "./DayStops.tsx";
import { Keogram, KEOGRAM_PX, KeogramDownload } from "./Keogram.tsx";

const HOUR_MS = 3_600_000;

interface Props {
  readonly timelapse: string;
  readonly day: { readonly from: number; readonly to: number; readonly offset: number };
  /** Whether the slider shows only the hours that have frames. */
  readonly hoursOnly: boolean;
  /** The name of the camera's time zone; null if it is not known. */
  readonly zone: string | null;
  readonly moment: number;
  readonly newest: string;
  readonly onSeek: (moment: number) => void;
  readonly onStep: (by: number) => void;
}

/** One day, or its hours with frames: frames, nights and gaps. The thumb is the frame that is shown. */
export function TimeSlider({ timelapse, day, hoursOnly, zone, moment, newest, onSeek, onStep }: Props) {
  const { offset } = day;
  const { node } = useLazyLoadQuery<TimeSliderQuery>(
    graphql`
      query TimeSliderQuery($id: ID!, $from: DateTime!, $to: DateTime!) {
        node(id: $id) {
          ... on Timelapse @alias(as: "timelapse") {
            nights(from: $from, to: $to) {
              beginsAt
              endsAt
            }
            camera {
              timeline(since: $from, until: $to) {
                bucketSeconds
                buckets {
                  at
                }
                gaps {
                  beginsAt
                  endsAt
                  reason
                  missed
                }
              }
            }
          }
        }
      }
    `,
    { id: timelapse, from: new Date(day.from).toISOString(), to: new Date(day.to).toISOString() },
    { fetchPolicy: "store-and-network", fetchKey: newest },
  );
  const dragged = useRef(false);
  const timeline = node?.timelapse?.camera.timeline;
  const times = timeline?.buckets.map((bucket) => Date.parse(bucket.at)) ?? [];
  const { from, to } = hoursOnly
    ? hoursOf(
        day,
        [...times, moment].sort((one, other) => one - other),
      )
    : day;
  const isShown = (stretch: { readonly beginsAt: string; readonly endsAt: string }) =>
    Date.parse(stretch.endsAt) > from && Date.parse(stretch.beginsAt) < to;
  const percent = (at: number) => (Math.min(Math.max(at - from, 0), to - from) / (to - from)) * 100;
  const placed = (begin: string, end: string) => {
    const left = percent(Date.parse(begin));
    return { left: `${String(left)}%`, width: `max(${String(percent(Date.parse(end)) - left)}%, 2px)` };
  };
  const seekTo = (event: PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    onSeek(from + share * (to - from));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const actions: Partial<Record<string, () => void>> = {
      ArrowLeft: () => {
        onStep(-1);
      },
      ArrowRight: () => {
        onStep(1);
      },
      PageDown: () => {
        onSeek(moment - HOUR_MS);
      },
      PageUp: () => {
        onSeek(moment + HOUR_MS);
      },
      Home: () => {
        onSeek(from);
      },
      End: () => {
        onSeek(to - 1);
      },
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  const label = (at: number) => (at === day.to ? "24:00" : clockTime(at, offset).slice(0, 5));
  const bucketMs = (timeline?.bucketSeconds ?? 60) * 1000;
  return (
    <Box>
      <Typography
        component="div"
        variant="body2"
        sx={{ display: "flex", justifyContent: "space-between", gap: 1, mb: 0.5 }}
      >
        <span>{dayName(moment, offset)}</span>
        <strong data-testid="moment">{clockTime(moment, offset)}</strong>
        <Box component="span" sx={{ color: "text.secondary" }}>
          {zone ?? t`UTC: the place’s time zone is not known`}
        </Box>
      </Typography>
      <Box
        role="slider"
        tabIndex={0}
        aria-label={t`Time of day`}
        aria-valuemin={0}
        aria-valuemax={Math.round((to - from) / 1000)}
        aria-valuenow={Math.round(Math.min(Math.max(moment - from, 0), to - from) / 1000)}
        aria-valuetext={`${clockTime(moment, offset)}, ${dayName(moment, offset)}`}
        data-testid="time"
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          dragged.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          seekTo(event);
        }}
        onPointerMove={(event) => {
          if (dragged.current) seekTo(event);
        }}
        onPointerUp={() => {
          dragged.current = false;
        }}
        onPointerCancel={() => {
          dragged.current = false;
        }}
        sx={{
          position: "relative",
          height: KEOGRAM_PX + 44,
          borderRadius: "8px",
          overflow: "hidden",
          bgcolor: "action.hover",
          cursor: "ew-resize",
          touchAction: "none",
        }}
      >
        {(node?.timelapse?.nights ?? []).filter(isShown).map((night) => (
          <Box
            key={night.beginsAt}
            data-testid="night"
            title={t`Night`}
            sx={{ position: "absolute", inset: "0 auto 0 auto", bgcolor: "action.selected" }}
            style={placed(night.beginsAt, night.endsAt)}
          />
        ))}
        <Suspense fallback={null}>
          <Keogram timelapse={timelapse} from={from} to={to} newest={newest} />
        </Suspense>
        {timeline?.buckets.map((bucket) => (
          <Box
            key={bucket.at}
            sx={{ position: "absolute", top: KEOGRAM_PX + 8, bottom: 14, bgcolor: "primary.main" }}
            style={placed(bucket.at, new Date(Date.parse(bucket.at) + bucketMs).toISOString())}
          />
        ))}
        {timeline?.gaps.filter(isShown).map((gap) => (
          <Box
            key={gap.beginsAt}
            data-testid="gap"
            title={t`${labelOf(gap.reason)}: ${formatCount(gap.missed, "frame")} missing`}
            sx={{ position: "absolute", bottom: 3, height: 7, bgcolor: "warning.main" }}
            style={placed(gap.beginsAt, gap.endsAt)}
          />
        ))}
        <Box
          aria-hidden
          sx={{
            position: "absolute",
            top: 0,
            bottom: 0,
            width: 3,
            ml: "-1.5px",
            bgcolor: "text.primary",
            borderRadius: "2px",
          }}
          style={{ left: `${String(percent(moment))}%` }}
        />
      </Box>
      <Typography
        component="div"
        variant="caption"
        aria-hidden
        sx={{ display: "flex", justifyContent: "space-between", color: "text.secondary" }}
      >
        {[0, 1, 2, 3, 4].map((quarter) => (
          <span key={quarter}>{label(from + (quarter * (to - from)) / 4)}</span>
        ))}
      </Typography>
      <DayStops
        gaps={timeline?.gaps ?? []}
        nights={node?.timelapse?.nights ?? []}
        offset={offset}
        onSeek={onSeek}
      />
      <Suspense fallback={null}>
        <KeogramDownload timelapse={timelapse} from={from} to={to} newest={newest} />
      </Suspense>
    </Box>
  );
}
