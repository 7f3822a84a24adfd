import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatCount, formatNumber } from "../../lib/rate.ts";
import { TransitionButton } from "../live/TransitionButton.tsx";
import type { RunRow_run$key } from "./__generated__/RunRow_run.graphql";
import { useChangeRun } from "./useChangeRun.ts";

/** One run: what it does, how far it is, and the buttons that the server offers. */
export function RunRow({ run }: { readonly run: RunRow_run$key }) {
  const data = useFragment(
    graphql`
      fragment RunRow_run on Run {
        id
        iteration
        state
        done
        failed
        total
        unit
        by
        reason
        availableTransitions {
          name
          ...TransitionButton_transition
        }
      }
    `,
    run,
  );
  const [change, busy] = useChangeRun();
  const total = data.total ?? null;
  const processed = data.done + data.failed;
  const name = words(data.iteration);
  const facts = [
    total === null
      ? formatCount(processed, data.unit)
      : `${formatNumber(processed)} of ${formatCount(total, data.unit)}`,
    data.failed === 0 ? null : `${formatNumber(data.failed)} failed`,
    data.by === "" ? null : `started by ${data.by}`,
  ];
  return (
    <Box component="li" data-testid="run" data-state={data.state} sx={{ display: "grid", gap: 0.75 }}>
      <Typography variant="h3">
        {name}: {data.state}
      </Typography>
      <LinearProgress
        aria-label={name}
        variant={total === null ? "indeterminate" : "determinate"}
        value={total === null || total === 0 ? 0 : Math.min(100, (100 * processed) / total)}
      />
      <Typography variant="caption" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
        {facts.filter((fact) => fact !== null).join(" · ")}
        {data.reason !== "" && <span> · {data.reason}</span>}
      </Typography>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1 }}>
        {data.availableTransitions.map((transition) => (
          <TransitionButton
            key={transition.name}
            transition={transition}
            size="small"
            busy={busy}
            onPress={() => {
              change(data.id, transition.name);
            }}
          />
        ))}
      </Box>
    </Box>
  );
}

/** "ImportCaptures" as people read it: "Import captures". */
function words(name: string): string {
  const lower = name.replace(/(?<!^)([A-Z])/g, " $1").toLowerCase();
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}
