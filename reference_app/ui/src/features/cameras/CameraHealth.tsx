import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { graphql, useFragment } from "react-relay";

import { Facts } from "../../design/Facts.tsx";
import { Panel } from "../../design/Panel.tsx";
import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatBytes } from "../../lib/bytes.ts";
import { formatDuration } from "../../lib/duration.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { humanize } from "../../lib/words.ts";
import { useServerNow } from "../live/useServerNow.ts";
import type {
  CameraHealth_camera$data,
  CameraHealth_camera$key,
} from "./__generated__/CameraHealth_camera.graphql";

type Health = CameraHealth_camera$data["health"];

/** How the camera, its agent and its machine do, by the last heartbeat. */
export function CameraHealth({ camera }: { readonly camera: CameraHealth_camera$key }) {
  const data = useFragment(
    graphql`
      fragment CameraHealth_camera on Camera {
        state
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
          network
          warnings
        }
      }
    `,
    camera,
  );
  const { health } = data;
  const facts: (readonly [string, ReactNode])[] = [
    ["State", <AgentState key="state" {...data} />],
    ["On its spool", <Spool key="spool" {...data} />],
    ["Stored here", `${formatCount(data.frameCount, "frame")}, ${formatBytes(data.storedBytes)}`],
    ["Clock", <Clock key="clock" quality={health.clock} />],
    ...machine(health),
  ];
  if (data.diskFree !== null && data.diskTotal !== null) {
    facts.push(["Its disk", <Disk key="disk" free={Number(data.diskFree)} total={Number(data.diskTotal)} />]);
  }
  const agent = version(data.versions);
  if (agent !== null) facts.push(["Agent", agent]);
  return (
    <Panel title="How it does">
      {health.warnings.map((warning) => (
        <Alert key={warning} severity="warning" variant="outlined" sx={{ mb: 1.5 }}>
          {warning}
        </Alert>
      ))}
      <Facts facts={facts} />
    </Panel>
  );
}

function AgentState({ state, agentState, stateDetail }: CameraHealth_camera$data) {
  if (state === "revoked")
    return <StateBadge tone="quiet" word="Revoked" detail="until it is paired again" />;
  if (agentState === "") return "not heard of yet";
  const tones: Partial<Record<string, Tone>> = { capturing: "good", error: "bad" };
  return (
    <StateBadge
      tone={tones[agentState] ?? "quiet"}
      word={humanize(agentState)}
      detail={stateDetail || undefined}
    />
  );
}

function Spool({ spoolPending, spoolBytes, spoolRefused, drainSeconds, health }: CameraHealth_camera$data) {
  const now = useServerNow();
  const oldest = instant(health.oldestWaitingAt);
  const drain =
    drainSeconds === null || drainSeconds === undefined
      ? "grows: it films faster than it delivers"
      : `empty in about ${formatDuration(drainSeconds)}`;
  return (
    <Box data-testid="spool">
      {spoolPending === 0 ? (
        "nothing waits"
      ) : (
        <>
          {formatCount(spoolPending, "capture")}, {formatBytes(spoolBytes)}; {drain}
          {oldest !== null && <div>the oldest from {formatAge(oldest, now)}</div>}
        </>
      )}
      {spoolRefused > 0 && <div>{formatNumber(spoolRefused)} refused</div>}
      {count(health.dropped) > 0 && <div>{formatNumber(count(health.dropped))} dropped to make room</div>}
      {count(health.exported) > 0 && <div>{formatNumber(count(health.exported))} also on a stick</div>}
    </Box>
  );
}

function Clock({ quality }: { readonly quality: string }) {
  switch (quality) {
    case "synced":
      return <StateBadge tone="good" word="Synced" detail="set by the network" />;
    case "estimated":
      return <StateBadge tone="attention" word="Estimated" detail="reckoned from a known moment" />;
    case "unknown":
      return <StateBadge tone="bad" word="Unknown" detail="times are corrected once it is learnt" />;
    default:
      return "not told";
  }
}

function Disk({ free, total }: { readonly free: number; readonly total: number }) {
  const low = free < total / 20;
  const words = `${formatBytes(free)} free of ${formatBytes(total)}`;
  return low ? <StateBadge tone="attention" word="Nearly full" detail={words} /> : words;
}

function count(told: number | null | undefined): number {
  return told ?? 0;
}

/** What the machine can tell; the rest is left out. */
function machine(health: Health): (readonly [string, ReactNode])[] {
  const told = (value: number | null | undefined, show: (value: number) => ReactNode) =>
    value === null || value === undefined ? null : show(value);
  const facts: (readonly [string, ReactNode])[] = [
    ["Battery", told(health.batteryPercent, (percent) => <Charge percent={percent} />)],
    ["Camera’s battery", told(health.driverBatteryPercent, (percent) => <Charge percent={percent} />)],
    ["Temperature", told(health.temperatureCelsius, (degrees) => `${formatNumber(degrees)} °C`)],
    ["Throttling", health.throttled.length > 0 ? <Throttled by={health.throttled} /> : null],
    ["Network", health.network],
    ["Memory", told(Number(health.memoryBytes ?? 0), (bytes) => (bytes > 0 ? formatBytes(bytes) : null))],
    ["Running for", told(health.uptimeSeconds, formatDuration)],
  ];
  return facts.filter(([, value]) => value !== null && value !== "");
}

function Throttled({ by }: { readonly by: readonly string[] }) {
  return <StateBadge tone="attention" word={by.map(humanize).join(", ")} />;
}

function Charge({ percent }: { readonly percent: number }) {
  const words = `${formatNumber(percent)} %`;
  return percent < 20 ? <StateBadge tone="attention" word={words} detail="low" /> : words;
}

function version(versions: unknown): string | null {
  const agent = (versions as Partial<Record<string, string>> | null)?.agent;
  return agent ?? null;
}
