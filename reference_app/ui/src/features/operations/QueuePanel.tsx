import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatDuration } from "../../lib/duration.ts";
import { formatNumber } from "../../lib/rate.ts";
import type { QueuePanel_operations$key } from "./__generated__/QueuePanel_operations.graphql";

/** The queues: how many tasks wait and run, how long the oldest has waited, and when each queue will be empty. */
export function QueuePanel({ operations }: { readonly operations: QueuePanel_operations$key }) {
  const { queues, workers } = useFragment(
    graphql`
      fragment QueuePanel_operations on Operations {
        workers
        queues {
          name
          depth
          running
          oldestWaitSeconds
          drainSeconds
        }
      }
    `,
    operations,
  );
  return (
    <Panel title="Queues" aside={<Workers names={workers} />}>
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
            sx={{ borderLeft: 3, borderColor: queue.depth > 0 ? "warning.main" : "divider", pl: 1.5 }}
          >
            <Typography variant="h3">{queue.name}</Typography>
            <Typography component="p" sx={{ fontSize: "1.5rem", fontWeight: 650, lineHeight: 1.3 }}>
              {formatNumber(queue.depth)}
              <Box component="span" sx={{ fontSize: "0.88rem", fontWeight: 500, color: "text.secondary" }}>
                {` waiting · ${formatNumber(queue.running)} running`}
              </Box>
            </Typography>
            <QueueTimes
              wait={queue.oldestWaitSeconds ?? null}
              drain={queue.depth === 0 ? null : (queue.drainSeconds ?? null)}
            />
          </Box>
        ))}
      </Box>
    </Panel>
  );
}

function QueueTimes({ wait, drain }: { readonly wait: number | null; readonly drain: number | null }) {
  return (
    <Typography
      variant="caption"
      component="p"
      sx={{ color: "text.secondary", "& span": { display: "block" } }}
    >
      {wait !== null && <span>oldest waiting {formatDuration(wait)}</span>}
      {drain !== null && <span>empty in about {formatDuration(drain)}</span>}
    </Typography>
  );
}

function Workers({ names }: { readonly names: readonly string[] }) {
  const none = names.length === 0;
  return (
    <Typography
      variant="caption"
      title={names.join(", ")}
      sx={{ color: none ? "error.main" : "text.secondary", fontWeight: none ? 650 : 400, textAlign: "right" }}
    >
      {none
        ? "No workers running. Start one, or tasks wait forever."
        : names.length === 1
          ? "1 worker"
          : `${String(names.length)} workers`}
    </Typography>
  );
}
