import { t } from "@lingui/core/macro";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ComponentProps, ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import { PropertyList } from "../../design/PropertyList.tsx";
import { Panel } from "../../design/Panel.tsx";
import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { formatAge, inLocalTime, instant } from "../../lib/age.ts";
import { formatBytes } from "../../lib/bytes.ts";
import { formatDuration } from "../../lib/duration.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { humanize } from "../../lib/words.ts";
import { useLivenessStatus } from "../../shared/liveness/useLivenessStatus.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type {
  CameraHealth_camera$data,
  CameraHealth_camera$key,
} from "./__generated__/CameraHealth_camera.graphql";
import { LOW_BATTERY_PERCENT, LOW_DISK_SHARE } from "./healthLimits.ts";

type Health = CameraHealth_camera$data["health"];

/** The health of the camera, its agent and its machine, as the last heartbeat reported it. */
export function CameraHealth({ camera }: { readonly camera: CameraHealth_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraHealth_camera on Camera {
        state
        liveness
        heartbeatAt
        nextBy
        graceSeconds
        agentState
        stateDetail
        spoolPending
        spoolBytes
        spoolRefused
        drainSeconds
        frameCount
        storedBytes
        diskFree
        diskTotal
        versions
        health {
          clock
          dropped
          exported
          oldestWaitingAt
          batteryPercent
          driverBatteryPercent
          temperatureCelsius
          throttled
          memoryBytes
          uptimeSeconds
          recentStarts
          network
          warnings
        }
      }
    `,
    camera,
  );
  const now = useServerNow();
  const { liveness: reported, heartbeatAt, nextBy, graceSeconds } = data;
  const { liveness, silentMs } = useLivenessStatus({ liveness: reported, heartbeatAt, nextBy, graceSeconds });
  // What was so with the last heartbeat need not be so now.
  const isReporting = liveness === "alive" || liveness === "late";
  const { health } = data;
  const properties: (readonly [string, ReactNode])[] = [
    [t`State`, <AgentState key="state" {...data} isReporting={isReporting} />],
    [t`Waiting to upload`, <Spool key="spool" {...data} isReporting={isReporting} />],
    [t`Stored`, `${formatCount(data.frameCount, "frame")}, ${formatBytes(data.storedBytes)}`],
    [t`Clock`, <Clock key="clock" quality={health.clock} />],
    ...machine(health),
  ];
  if (data.diskFree !== null && data.diskTotal !== null) {
    properties.push([
      t`Disk`,
      <Disk key="disk" free={Number(data.diskFree)} total={Number(data.diskTotal)} />,
    ]);
  }
  const agent = version(data.versions);
  if (agent !== null) properties.push([t`Agent version`, agent]);
  return (
    <Panel title={t`Health`} aside={!isReporting && silentMs !== null && <AsOf silentMs={silentMs} />}>
      {health.warnings.map((warning) => (
        <Alert key={warning} severity="warning" variant="outlined" sx={{ mb: 1.5 }}>
          {inLocalTime(warning, now)}
        </Alert>
      ))}
      <PropertyList properties={properties} />
    </Panel>
  );
}

/** How old what the camera reported is. */
function AsOf({ silentMs }: { readonly silentMs: number }) {
  const age = formatDuration(Math.floor(silentMs / 1000));
  return <Typography variant="caption" sx={{ color: "text.secondary" }}>{t`as of ${age} ago`}</Typography>;
}

type Reported = CameraHealth_camera$data & { readonly isReporting: boolean };

function AgentState({ state, agentState, stateDetail, isReporting }: Reported) {
  const now = useServerNow();
  if (state === "revoked")
    return <StateBadge tone="quiet" label={t`Revoked`} detail={t`pair it again to reconnect`} />;
  if (agentState === "") return t`No heartbeat yet`;
  const tones: Partial<Record<string, Tone>> = { capturing: "good", error: "bad" };
  return (
    <StateBadge
      tone={isReporting ? (tones[agentState] ?? "quiet") : "quiet"}
      label={humanize(agentState)}
      detail={inLocalTime(stateDetail, now) || undefined}
    />
  );
}

function Spool({ spoolPending, spoolBytes, spoolRefused, drainSeconds, health, isReporting }: Reported) {
  const now = useServerNow();
  const oldest = instant(health.oldestWaitingAt);
  const drain =
    drainSeconds === null || drainSeconds === undefined
      ? t`more than can be uploaded`
      : t`uploaded in about ${formatDuration(drainSeconds)}`;
  return (
    <Box data-testid="spool">
      {spoolPending === 0 ? (
        t`Nothing`
      ) : (
        <>
          {formatCount(spoolPending, "capture")} ({formatBytes(spoolBytes)}){isReporting && `, ${drain}`}
          {oldest !== null && <div>{t`oldest captured ${formatAge(oldest, now)}`}</div>}
        </>
      )}
      {spoolRefused > 0 && <div>{t`${formatNumber(spoolRefused)} refused by the server`}</div>}
      {count(health.dropped) > 0 && (
        <div>{t`${formatNumber(count(health.dropped))} dropped to free space`}</div>
      )}
      {count(health.exported) > 0 && (
        <div>{t`${formatNumber(count(health.exported))} also exported to USB`}</div>
      )}
    </Box>
  );
}

function Clock({ quality }: { readonly quality: string }) {
  switch (quality) {
    case "synced":
      return <StateBadge tone="good" label={t`Synced`} detail={t`set over the network`} />;
    case "estimated":
      return (
        <ClockProblem
          tone="attention"
          label={t`Estimated`}
          detail={t`based on the last known time`}
          remedy={t`Give the camera a network with a time server, or a battery-backed clock.`}
        />
      );
    case "unknown":
      return (
        <ClockProblem
          tone="bad"
          label={t`Unknown`}
          detail={t`capture times are corrected once the clock is set`}
          remedy={t`Connect the camera to a network once, or set its clock by hand.`}
        />
      );
    default:
      return t`Not reported`;
  }
}

function ClockProblem({ remedy, ...badge }: ComponentProps<typeof StateBadge> & { readonly remedy: string }) {
  return (
    <>
      <StateBadge {...badge} />
      <Box sx={{ color: "text.secondary" }}>{remedy}</Box>
    </>
  );
}

function Disk({ free, total }: { readonly free: number; readonly total: number }) {
  const low = free < total * LOW_DISK_SHARE;
  const words = t`${formatBytes(free)} free of ${formatBytes(total)}`;
  return low ? <StateBadge tone="attention" label={t`Nearly full`} detail={words} /> : words;
}

function count(value: number | null | undefined): number {
  return value ?? 0;
}

/** The properties that the machine reported. Others are left out. */
function machine(health: Health): (readonly [string, ReactNode])[] {
  const shown = (value: number | null | undefined, show: (value: number) => ReactNode) =>
    value === null || value === undefined ? null : show(value);
  const properties: (readonly [string, ReactNode])[] = [
    [t`Battery`, shown(health.batteryPercent, (percent) => <Charge percent={percent} />)],
    [t`Camera battery`, shown(health.driverBatteryPercent, (percent) => <Charge percent={percent} />)],
    [t`Temperature`, shown(health.temperatureCelsius, (degrees) => `${formatNumber(degrees)} °C`)],
    [t`Throttling`, health.throttled.length > 0 ? <Throttled by={health.throttled} /> : null],
    [t`Network`, health.network],
    [t`Memory`, shown(Number(health.memoryBytes ?? 0), (bytes) => (bytes > 0 ? formatBytes(bytes) : null))],
    [t`Uptime`, shown(health.uptimeSeconds, formatDuration)],
    [t`Agent starts`, shown(health.recentStarts, (starts) => t`${formatNumber(starts)} within 10 minutes`)],
  ];
  return properties.filter(([, value]) => value !== null && value !== "");
}

function Throttled({ by }: { readonly by: readonly string[] }) {
  return <StateBadge tone="attention" label={by.map(humanize).join(", ")} />;
}

function Charge({ percent }: { readonly percent: number }) {
  const text = `${formatNumber(percent)} %`;
  return percent < LOW_BATTERY_PERCENT ? <StateBadge tone="attention" label={text} detail={t`low`} /> : text;
}

function version(versions: unknown): string | null {
  const agent = (versions as Partial<Record<string, string>> | null)?.agent;
  return agent ?? null;
}
