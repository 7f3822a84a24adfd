import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useId, useState, type KeyboardEvent } from "react";

import { formatMinute } from "../../lib/age.ts";
import { nearest, placer, runs, type CurvePoint, type Extent } from "./healthCurve.ts";

/** Units of the drawing, which is stretched to the room that there is. */
const WIDTH = 1000;
const HEIGHT = 100;

/** The scale, and the drawing beside it. */
export const PLOT = { display: "grid", gridTemplateColumns: "4.25rem minmax(0, 1fr)" } as const;

export interface ChartProps {
  readonly label: string;
  /** Oldest first; one at least. */
  readonly points: readonly CurvePoint[];
  readonly extent: Extent;
  /** What the newest sample says; null: nothing. */
  readonly last: number | null;
  /** Below this value it counts as low. */
  readonly limit?: number | null;
  readonly format: (value: number) => string;
  /** The same without the unit, where another value with the unit follows. */
  readonly bare: (value: number) => string;
  /** Milliseconds. */
  readonly now: number;
}

/** One measure over time, which the pointer and the arrow keys read out point by point. */
export function HealthChart({ label, points, extent, last, limit = null, format, bare, now }: ChartProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const ids = useId();
  const index = Math.min(chosen ?? points.length - 1, points.length - 1);
  const point = points[index];
  const spoken = point ? readout(point, [format, bare], now) : "";
  const move = (event: KeyboardEvent) => {
    const to = next(event.key, index, points.length);
    if (to === null) return;
    event.preventDefault();
    setChosen(to);
  };
  return (
    <Box data-testid="health-chart">
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.5, justifyContent: "space-between" }}>
        <Typography variant="h3" id={`${ids}-label`}>
          {label}
        </Typography>
        <Typography variant="body2" data-testid="health-readout">
          {chosen === null ? last !== null && format(last) : spoken}
        </Typography>
      </Box>
      <Box sx={{ ...PLOT, my: 0.5 }}>
        <Scale top={bare(extent.top)} bottom={bare(extent.bottom)} />
        <Box
          role="slider"
          tabIndex={0}
          aria-labelledby={`${ids}-label`}
          aria-describedby={`${ids}-summary`}
          aria-valuemin={0}
          aria-valuemax={points.length - 1}
          aria-valuenow={index}
          aria-valuetext={spoken}
          onKeyDown={move}
          onFocus={() => {
            setChosen(index);
          }}
          onBlur={() => {
            setChosen(null);
          }}
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setChosen(nearest(points, (event.clientX - box.left) / box.width, extent));
          }}
          onPointerLeave={() => {
            setChosen(null);
          }}
          sx={{ bgcolor: "action.hover", borderRadius: "8px", touchAction: "pan-y" }}
        >
          <Curve points={points} extent={extent} limit={limit} chosen={chosen === null ? undefined : point} />
        </Box>
      </Box>
      <Typography
        variant="caption"
        component="p"
        id={`${ids}-summary`}
        sx={{ color: "text.secondary" }}
        data-testid="health-summary"
      >
        {summary(points, last, [format, bare])}{" "}
        {limit !== null && t`The dashed line is ${format(limit)}: less is low.`}
      </Typography>
    </Box>
  );
}

interface CurveProps {
  readonly points: readonly CurvePoint[];
  readonly extent: Extent;
  readonly limit: number | null;
  readonly chosen: CurvePoint | undefined;
}

/** From the least to the most of each point, and the mean as a line. Gaps are left open. */
function Curve({ points, extent, limit, chosen }: CurveProps) {
  const { x, y } = placer(extent, WIDTH, HEIGHT);
  const path = (edge: readonly (readonly [number, number])[]) =>
    edge.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join("L");
  const thin = { vectorEffect: "non-scaling-stroke", fill: "none" } as const;
  return (
    <Box
      component="svg"
      aria-hidden
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      preserveAspectRatio="none"
      sx={{ display: "block", width: "100%", height: 88, overflow: "visible", color: "primary.main" }}
    >
      {runs(points, extent.pointMs).map((run) => {
        const mean = path(run.map((point) => [point.at, point.mean]));
        const top = run.map((point) => [point.at, point.high] as const);
        const bottom = run.map((point) => [point.at, point.low] as const).reverse();
        return (
          <g key={run[0]?.at} data-testid="health-run">
            <path d={`M${path([...top, ...bottom])}Z`} fill="currentColor" fillOpacity={0.25} />
            {/* A point between two gaps is a line without a length: its round ends are a dot. */}
            <path
              d={`M${mean}${run.length === 1 ? "h0" : ""}`}
              stroke="currentColor"
              strokeWidth={run.length === 1 ? 4 : 2}
              strokeLinecap="round"
              strokeLinejoin="round"
              {...thin}
            />
          </g>
        );
      })}
      {limit !== null && (
        <Box
          component="path"
          data-testid="health-limit"
          d={`M0,${y(limit).toFixed(1)}H${String(WIDTH)}`}
          strokeDasharray="6 4"
          sx={{ stroke: "currentColor", color: "warning.main", strokeWidth: 1.5 }}
          {...thin}
        />
      )}
      {chosen && (
        <Box
          component="path"
          d={`M${x(chosen.at).toFixed(1)},0V${String(HEIGHT)}`}
          sx={{ stroke: "currentColor", color: "text.primary", strokeWidth: 1 }}
          {...thin}
        />
      )}
    </Box>
  );
}

function Scale({ top, bottom }: { readonly top: string; readonly bottom: string }) {
  return (
    <Typography
      variant="caption"
      component="div"
      aria-hidden
      sx={{
        display: "flex",
        flexDirection: "column",
        justifyContent: "space-between",
        color: "text.secondary",
        lineHeight: 1.2,
      }}
    >
      <span>{top}</span>
      <span>{bottom}</span>
    </Typography>
  );
}

function next(key: string, index: number, count: number): number | null {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0, index - 1);
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(count - 1, index + 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

type Formats = readonly [format: ChartProps["format"], bare: ChartProps["bare"]];

function readout({ at, low, high }: CurvePoint, [format, bare]: Formats, now: number): string {
  const time = formatMinute(at, now);
  const from = format(low);
  return from === format(high) ? t`${time}: ${from}` : t`${time}: ${bare(low)} to ${format(high)}`;
}

function summary(points: readonly CurvePoint[], last: number | null, [format, bare]: Formats): string {
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  if (last === null) return t`Between ${bare(low)} and ${format(high)}. The last sample does not say it.`;
  if (format(low) === format(high)) return t`Always ${format(low)}.`;
  return t`Between ${bare(low)} and ${format(high)}, last ${format(last)}.`;
}
