import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatAge, formatMinute, instant } from "../../lib/age.ts";
import { formatBytes } from "../../lib/bytes.ts";
import { formatDuration } from "../../lib/duration.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import type { Span } from "../../lib/spans.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { HealthHistory_camera$key } from "./__generated__/HealthHistory_camera.graphql";
import { HealthChart, PLOT, type ChartProps } from "./HealthChart.tsx";
import { curvePoints, type CurvePoint } from "./healthCurve.ts";
import { LOW_BATTERY_PERCENT, LOW_DISK_SHARE } from "./healthLimits.ts";
import { SpanButtons } from "./SpanButtons.tsx";
import {
  useHealthHistory,
  type RecordedHealth,
  type HistoryLookup,
  type Series,
} from "./useHealthHistory.ts";

/** The charts of a camera's health, with a common time axis. */
export function HealthHistory({ camera }: { readonly camera: HealthHistory_camera$key }) {
  const { id, diskTotal } = useFragment(
    graphql`
      fragment HealthHistory_camera on Camera {
        id
        diskTotal
      }
    `,
    camera,
  );
  const [span, setSpan] = useState<Span>("day");
  const lookup = useHealthHistory(id, span);
  return (
    <Panel
      title={t`Health history`}
      aside={<SpanButtons label={t`Time range of the health history`} span={span} onChange={setSpan} />}
    >
      <Box sx={{ minHeight: 160 }} aria-busy={lookup.state === "asking"}>
        <Content lookup={lookup} diskTotal={diskTotal == null ? null : Number(diskTotal)} />
      </Box>
    </Panel>
  );
}

function Content({
  lookup,
  diskTotal,
}: {
  readonly lookup: HistoryLookup;
  readonly diskTotal: number | null;
}) {
  const now = useServerNow();
  if (lookup.state === "asking") return null;
  if (lookup.state === "failed")
    return <Typography variant="body2">{t`The health history could not be loaded.`}</Typography>;
  const { history } = lookup;
  const charts = measures(diskTotal).flatMap((measure) => {
    const series = history[measure.name];
    return series && series.points.length > 0 ? [{ ...measure, series }] : [];
  });
  if (charts.length === 0)
    return (
      <Typography
        variant="body2"
        sx={{ color: "text.secondary" }}
      >{t`Nothing was recorded in this time. While the camera reports, a sample is kept every five minutes.`}</Typography>
    );
  const [since, until] = [instant(history.since) ?? 0, instant(history.until) ?? 1];
  const pointMs = history.pointSeconds * 1000;
  return (
    <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: "minmax(0, 1fr)" }}>
      {charts.map(({ name, label, series, format, bare = formatNumber, limit, range }) => {
        const points = curvePoints(series.points);
        return (
          <HealthChart
            key={name}
            label={label}
            points={points}
            extent={{ since, until, pointMs, ...range(points) }}
            last={series.last?.value ?? null}
            limit={limit}
            format={format}
            bare={bare}
            now={now}
          />
        );
      })}
      <Box sx={{ color: "text.secondary" }}>
        <Typography variant="caption" component="div" sx={PLOT}>
          <Box sx={{ gridColumn: 2, display: "flex", justifyContent: "space-between", gap: 1 }}>
            <span>{formatMinute(since, now)}</span>
            <span>{formatMinute(until, now)}</span>
          </Box>
        </Typography>
        <Typography variant="caption" component="p" data-testid="health-sampled">
          {sampled(
            charts.map((chart) => chart.series),
            history.pointSeconds,
            now,
          )}
        </Typography>
      </Box>
    </Box>
  );
}

/** What a point stands for, and how old the newest sample is. */
function sampled(series: readonly Series[], pointSeconds: number, now: number): string {
  const moments = series.map(({ last }) => instant(last?.at)).filter((at) => at !== null);
  const newest = formatAge(Math.max(...moments), now);
  const length = formatDuration(pointSeconds);
  return moments.length === 0
    ? t`Each point stands for ${length}.`
    : t`Each point stands for ${length}. The last sample was taken ${newest}.`;
}

type MeasureName = Exclude<keyof RecordedHealth, "since" | "until" | "pointSeconds">;
interface Measure extends Pick<ChartProps, "label" | "format" | "limit"> {
  readonly name: MeasureName;
  /** The plain number, unless the unit depends on it. */
  readonly bare?: ChartProps["bare"];
  /** The values from bottom to top that the chart shows. */
  readonly range: (points: readonly CurvePoint[]) => { readonly bottom: number; readonly top: number };
}

/** The least difference from bottom to top: less is noise. */
const LEAST_DEGREES = 10;

function measures(diskTotal: number | null): readonly Measure[] {
  const percent = (value: number) => `${formatNumber(value)} %`;
  const charge = { format: percent, limit: LOW_BATTERY_PERCENT, range: () => ({ bottom: 0, top: 100 }) };
  const fromZero = (least: number) => (points: readonly CurvePoint[]) => ({
    bottom: 0,
    top: Math.max(least, ...points.map((point) => point.high)),
  });
  return [
    {
      name: "temperatureCelsius",
      label: t`Temperature`,
      format: (value) => `${formatNumber(value)} °C`,
      range: aroundDegrees,
    },
    { name: "batteryPercent", label: t`Battery`, ...charge },
    { name: "driverBatteryPercent", label: t`Camera battery`, ...charge },
    {
      name: "diskFree",
      label: t`Free disk space`,
      format: formatBytes,
      bare: formatBytes,
      limit: diskTotal === null ? null : diskTotal * LOW_DISK_SHARE,
      range: fromZero(diskTotal ?? 1),
    },
    {
      name: "spoolPending",
      label: t`Waiting to upload`,
      format: (value) => formatCount(value, "capture"),
      range: fromZero(10),
    },
  ];
}

function aroundDegrees(points: readonly CurvePoint[]) {
  const low = Math.floor(Math.min(...points.map((point) => point.low)));
  const high = Math.ceil(Math.max(...points.map((point) => point.high)));
  const room = Math.max(0, LEAST_DEGREES - (high - low));
  return { bottom: low - Math.floor(room / 2), top: high + Math.ceil(room / 2) };
}
