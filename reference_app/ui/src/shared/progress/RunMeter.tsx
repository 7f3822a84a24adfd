import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { formatCount, formatNumber } from "../../lib/rate.ts";
import type { RunMeter_run$key } from "./__generated__/RunMeter_run.graphql";

/** What a run does and how far it is. */
export function RunMeter({ run }: { readonly run: RunMeter_run$key }) {
  const { displayName, stateLabel, done, failed, total, unit } = useFragment(
    graphql`
      fragment RunMeter_run on Run {
        displayName
        stateLabel
        done
        failed
        total
        unit
      }
    `,
    run,
  );
  const processed = done + failed;
  const count =
    total == null
      ? formatCount(processed, unit)
      : t`${formatNumber(processed)} of ${formatCount(total, unit)}`;
  return (
    <Box sx={{ display: "grid", gap: 0.75 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", justifyContent: "space-between", columnGap: 2 }}>
        <Typography variant="h3">
          {displayName}: {stateLabel.toLowerCase()}
        </Typography>
        <Box component="span" sx={{ fontSize: "0.86rem", fontWeight: 600 }}>
          {count}
          {failed > 0 && ` · ${t`${formatNumber(failed)} failed`}`}
        </Box>
      </Box>
      <LinearProgress
        aria-label={displayName}
        aria-valuetext={count}
        variant={total == null ? "indeterminate" : "determinate"}
        value={total == null || total === 0 ? 0 : Math.min(100, (100 * processed) / total)}
      />
    </Box>
  );
}
