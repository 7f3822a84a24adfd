import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import { graphql, useFragment } from "react-relay";

import { formatTimeLeft } from "../../lib/duration.ts";
import { formatCount, formatNumber, formatRate } from "../../lib/rate.ts";
import type { ProgressMeter_progress$key } from "./__generated__/ProgressMeter_progress.graphql";
import { LivenessBadge } from "../liveness/LivenessBadge.tsx";
import { useLivenessStatus } from "../liveness/useLivenessStatus.ts";

interface Props {
  readonly progress: ProgressMeter_progress$key;
  readonly label: string;
  readonly testId: string;
  readonly livenessTestId: string;
}

/** How far a task is, how fast it advances, when it will be done and whether it is alive. */
export function ProgressMeter({ progress, label, testId, livenessTestId }: Props) {
  const data = useFragment(
    graphql`
      fragment ProgressMeter_progress on Progress {
        done
        total
        unit
        step
        note
        rate
        etaLowSeconds
        etaHighSeconds
        liveness
        heartbeatAt
        nextBy
        graceSeconds
      }
    `,
    progress,
  );
  const status = useLivenessStatus({
    liveness: data.liveness,
    heartbeatAt: data.heartbeatAt,
    nextBy: data.nextBy,
    graceSeconds: data.graceSeconds,
  });
  const total = data.total ?? null;
  // The rate and time left of a worker without heartbeats would mislead.
  const moving = status.liveness === "alive" || status.liveness === "late";
  const count =
    total === null
      ? formatCount(data.done, data.unit)
      : t`${formatNumber(data.done)} of ${formatCount(total, data.unit)}`;
  const pace = [
    formatRate(data.rate ?? null, data.unit),
    formatTimeLeft(data.etaLowSeconds ?? null, data.etaHighSeconds ?? null),
  ];
  return (
    <Box sx={{ display: "grid", gap: 0.75 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", justifyContent: "space-between", columnGap: 2 }}>
        <LivenessBadge status={status} testId={livenessTestId} />
        <Box component="span" sx={{ fontSize: "0.86rem", fontWeight: 600 }}>
          {count}
        </Box>
      </Box>
      <LinearProgress
        data-testid={testId}
        aria-label={label}
        aria-valuetext={count}
        {...(total === null || total === 0 ? unknownEnd : upTo((data.done / total) * 100))}
      />
      {status.liveness !== "finished" && (
        <Box
          sx={{
            display: "flex",
            flexWrap: "wrap",
            justifyContent: "space-between",
            columnGap: 2,
            fontSize: "0.84rem",
            color: "text.secondary",
          }}
        >
          <span>{[data.step, data.note].filter(Boolean).join(": ")}</span>
          <span data-testid="progress-pace">
            {moving && pace.filter((part) => part !== null).join(" · ")}
          </span>
        </Box>
      )}
    </Box>
  );
}

const unknownEnd = { variant: "indeterminate" } as const;

/** Whole per cents, rounded down: 100 is shown only when everything is done. */
function upTo(percent: number) {
  const value = Math.floor(Math.min(100, percent));
  return { variant: "determinate", value, "aria-valuenow": value } as const;
}
