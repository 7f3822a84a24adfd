import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatDuration, formatRange } from "../../lib/duration.ts";
import { formatNumber } from "../../lib/rate.ts";
import { useServerNow } from "../live/useServerNow.ts";
import type { QueuePanel_operations$key } from "./__generated__/QueuePanel_operations.graphql";
import type { QueuePanel_queues$key } from "./__generated__/QueuePanel_queues.graphql";
import type { QueuePanel_workers$key } from "./__generated__/QueuePanel_workers.graphql";

/** The queues: how many tasks wait and run, how long the oldest has waited, and when each queue will be empty. */
export function QueuePanel({ operations }: { readonly operations: QueuePanel_operations$key }) {
  const data = useFragment(
    graphql`
      fragment QueuePanel_operations on Operations {
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
  return (
    <Panel title="Queues" aside={<Workers workers={data.workers} />}>
      {queues.length === 0 && (
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          No queues yet. A queue appears with its first task.
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
                {` waiting · ${formatNumber(queue.running)} running`}
              </Box>
            </Typography>
            <QueueTimes wait={queue.oldestWaitSeconds ?? null} drain={formatDrain(queue.drain)} />
          </Box>
        ))}
      </Box>
    </Panel>
  );
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
    return `never empty: ${perMinute(inPerSecond)} in, ${perMinute(outPerSecond)} out a minute`;
  if (state !== "drains" || typeof lowSeconds !== "number") return null;
  return typeof highSeconds === "number"
    ? `empty in ${formatRange(lowSeconds, highSeconds)}`
    : `empty in more than ${formatDuration(lowSeconds)}`;
}

function perMinute(perSecond: number | null | undefined): string {
  return typeof perSecond === "number" ? formatNumber(Math.round(perSecond * 60)) : "?";
}

function QueueTimes({ wait, drain }: { readonly wait: number | null; readonly drain: string | null }) {
  return (
    <Typography
      variant="caption"
      component="p"
      sx={{ color: "text.secondary", "& span": { display: "block" } }}
    >
      {wait !== null && <span>oldest waiting {formatDuration(wait)}</span>}
      {drain !== null && <span>{drain}</span>}
    </Typography>
  );
}

function Workers({ workers: keys }: { readonly workers: QueuePanel_workers$key }) {
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
  const none = workers.length === 0;
  const seen = workers.map(
    ({ name, lastSeenAt }) => `${name}, last seen ${formatAge(instant(lastSeenAt) ?? now, now)}`,
  );
  return (
    <Typography
      variant="caption"
      title={seen.join("; ")}
      sx={{ color: none ? "error.main" : "text.secondary", fontWeight: none ? 650 : 400, textAlign: "right" }}
    >
      {none
        ? "No workers running. Start one, or tasks wait forever."
        : workers.length === 1
          ? "1 worker"
          : `${String(workers.length)} workers`}
    </Typography>
  );
}
