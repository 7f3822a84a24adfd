import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatAge, instant } from "../../lib/age.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import { useServerNow } from "../live/useServerNow.ts";
import { Transitions } from "../live/Transitions.tsx";
import type { RunRow_run$key } from "./__generated__/RunRow_run.graphql";

/** One run: what it does, how far it is, and the buttons that the server offers. */
export function RunRow({ run }: { readonly run: RunRow_run$key }) {
  const data = useFragment(
    graphql`
      fragment RunRow_run on Run {
        displayName
        state
        stateLabel
        done
        failed
        total
        unit
        by
        reason
        createdAt
        ...Transitions_stateful
      }
    `,
    run,
  );
  const now = useServerNow();
  const total = data.total ?? null;
  const processed = data.done + data.failed;
  const facts = [
    total === null
      ? formatCount(processed, data.unit)
      : `${formatNumber(processed)} of ${formatCount(total, data.unit)}`,
    data.failed === 0 ? null : `${formatNumber(data.failed)} failed`,
    data.by === "" ? null : `started by ${data.by}`,
    formatAge(instant(data.createdAt) ?? now, now),
  ];
  return (
    <Box component="li" data-testid="run" data-state={data.state} sx={{ display: "grid", gap: 0.75 }}>
      <Typography variant="h3">
        {data.displayName}: {data.stateLabel.toLowerCase()}
      </Typography>
      <LinearProgress
        aria-label={data.displayName}
        variant={total === null ? "indeterminate" : "determinate"}
        value={total === null || total === 0 ? 0 : Math.min(100, (100 * processed) / total)}
      />
      <Typography variant="caption" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
        {facts.filter((fact) => fact !== null).join(" · ")}
        {data.reason !== "" && <span> · {data.reason}</span>}
      </Typography>
      <Transitions of={data} />
    </Box>
  );
}
