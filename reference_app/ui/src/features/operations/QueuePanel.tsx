import { plural, t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatDuration, formatRange } from "../../lib/duration.ts";
import { formatNumber } from "../../lib/rate.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { QueuePanel_operations$key } from "./__generated__/QueuePanel_operations.graphql";
import type { QueuePanel_queues$key } from "./__generated__/QueuePanel_queues.graphql";
import type { QueuePanel_workers$key } from "./__generated__/QueuePanel_workers.graphql";

/** The queues: how many tasks wait and run, how long the oldest has waited, and when each queue will be empty. */
export function QueuePanel({ operations }: { readonly operations: QueuePanel_operations$key }) {
  const data = useFragment(
    graphql`
      fragment QueuePanel_operations on Operations {
        brokerFreshness {
          isCurrent
          asOf
        }
        workersFreshness {
          isCurrent
          asOf
        }
        workers {
          ...QueuePanel_workers
        }
        queues {
          ...QueuePanel_queues
        }
      }
    `,
    operations,
  );
  const queues = useFragment<QueuePanel_queues$key>(
    graphql`
      fragment QueuePanel_queues on Queue @relay(plural: true) {
        name
        depth
        running
        oldestWaitSeconds
        drain {
          state
          lowSeconds
          highSeconds
          inPerSecond
          outPerSecond
        }
      }
    `,
    data.queues,
  );
  const now = useServerNow();
  return (
    <Panel
      title={t`Queues`}
      aside={<Workers workers={data.workers} isCurrent={data.workersFreshness.isCurrent} />}
    >
      {queues.length === 0 && (
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          {data.brokerFreshness.isCurrent
            ? t`No queues yet. A queue appears with its first task.`
            : t`Which queues there are is not known.`}
        </Typography>
      )}
      <Box
        sx={{
          display: "grid",
          gap: 2,
          gridTemplateColumns: "repeat(auto-fill, minmax(min(220px, 100%), 1fr))",
        }}
      >
        {queues.map((queue) => (
          <Box
            key={queue.name}
            data-testid="queue"
            sx={{ borderLeft: 3, borderColor: queue.depth !== 0 ? "warning.main" : "divider", pl: 1.5 }}
          >
            <Typography variant="h3">{queue.name}</Typography>
            <Typography component="p" sx={{ fontSize: "1.5rem", fontWeight: 650, lineHeight: 1.3 }}>
              {typeof queue.depth === "number" ? formatNumber(queue.depth) : "?"}
              <Box component="span" sx={{ fontSize: "0.88rem", fontWeight: 500, color: "text.secondary" }}>
                {` ${t`waiting`} · ${t`${isKnown(data.workersFreshness) ? formatNumber(queue.running) : "?"} running`}`}
              </Box>
            </Typography>
            <QueueTimes
              wait={queue.oldestWaitSeconds ?? null}
              drain={formatDrain(queue.drain)}
              ages={[
                formatOutdated(t`waiting`, data.brokerFreshness, now),
                formatOutdated(t`running`, data.workersFreshness, now),
              ]}
            />
          </Box>
        ))}
      </Box>
    </Panel>
  );
}

interface Freshness {
  readonly isCurrent: boolean;
  readonly asOf: string | null | undefined;
}

function isKnown({ isCurrent, asOf }: Freshness): boolean {
  return isCurrent || typeof asOf === "string";
}

/** Says how old a figure is that is not current: "waiting: as of 2 min ago"; null for others and unknown ones. */
function formatOutdated(figure: string, { isCurrent, asOf }: Freshness, now: number): string | null {
  const at = instant(asOf);
  return isCurrent || at === null ? null : t`${figure}: as of ${formatAge(at, now)}`;
}

interface Drain {
  readonly state: string;
  readonly lowSeconds: number | null | undefined;
  readonly highSeconds: number | null | undefined;
  readonly inPerSecond: number | null | undefined;
  readonly outPerSecond: number | null | undefined;
}

/** Says when a queue will be empty; null when it is, or when that is not known. */
function formatDrain({ state, lowSeconds, highSeconds, inPerSecond, outPerSecond }: Drain): string | null {
  if (state === "does_not_drain")
    return t`never empty: ${perMinute(inPerSecond)} in, ${perMinute(outPerSecond)} out a minute`;
  if (state !== "drains" || typeof lowSeconds !== "number") return null;
  return typeof highSeconds === "number"
    ? t`empty in ${formatRange(lowSeconds, highSeconds)}`
    : t`empty in more than ${formatDuration(lowSeconds)}`;
}

function perMinute(perSecond: number | null | undefined): string {
  return typeof perSecond === "number" ? formatNumber(Math.round(perSecond * 60)) : "?";
}

interface Times {
  readonly wait: number | null;
  readonly drain: string | null;
  readonly ages: readonly (string | null)[];
}

function QueueTimes({ wait, drain, ages }: Times) {
  return (
    <Typography
      variant="caption"
      component="p"
      sx={{ color: "text.secondary", "& span": { display: "block" } }}
    >
      {wait !== null && <span>{t`oldest waiting ${formatDuration(wait)}`}</span>}
      {drain !== null && <span>{drain}</span>}
      {ages.map((age) => age !== null && <span key={age}>{age}</span>)}
    </Typography>
  );
}

interface WorkersProps {
  readonly workers: QueuePanel_workers$key;
  readonly isCurrent: boolean;
}

function Workers({ workers: keys, isCurrent }: WorkersProps) {
  const workers = useFragment(
    graphql`
      fragment QueuePanel_workers on Worker @relay(plural: true) {
        name
        lastSeenAt
      }
    `,
    keys,
  );
  const now = useServerNow();
  const none = isCurrent && workers.length === 0;
  const seen = workers.map(
    ({ name, lastSeenAt }) => t`${name}, last seen ${formatAge(instant(lastSeenAt) ?? now, now)}`,
  );
  return (
    <Typography
      variant="caption"
      title={seen.join("; ")}
      sx={{ color: none ? "error.main" : "text.secondary", fontWeight: none ? 650 : 400, textAlign: "right" }}
    >
      {none
        ? t`No workers running. Start one, or tasks wait forever.`
        : formatWorkers(workers.length, isCurrent)}
    </Typography>
  );
}

function formatWorkers(number: number, isCurrent: boolean): string {
  if (number === 0) return t`Workers are not known.`;
  const workers = plural(number, { one: "# worker", other: "# workers" });
  return isCurrent ? workers : t`${workers}; whether they run is not known`;
}
