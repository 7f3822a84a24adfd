import { plural, t } from "@lingui/core/macro";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatBytes } from "../../lib/bytes.ts";
import { formatCount, formatNumber } from "../../lib/rate.ts";
import type { RetentionPanel_retention$key } from "./__generated__/RetentionPanel_retention.graphql";

/** Which old frames are removed, and how much the next run would remove. */
export function RetentionPanel({ retention }: { readonly retention: RetentionPanel_retention$key }) {
  const { keepAllDays, keepEvery, timelapses, frames, bytes } = useFragment(
    graphql`
      fragment RetentionPanel_retention on Retention {
        keepAllDays
        keepEvery
        timelapses
        frames
        bytes
      }
    `,
    retention,
  );
  return (
    <Panel title={t`Retention`}>
      <Typography variant="body2">
        {keepAllDays === 0
          ? t`All frames are kept for ever.`
          : t`All frames are kept for ${formatCount(keepAllDays, "day")}. Of older frames, one of ${formatNumber(keepEvery)} is kept.`}{" "}
        {timelapses > 0 &&
          plural(timelapses, {
            one: "# timelapse has a retention of its own.",
            other: "# timelapses have a retention of their own.",
          })}
      </Typography>
      <Typography variant="caption" sx={{ color: "text.secondary" }}>
        {frames === 0
          ? t`There is nothing to delete now.`
          : t`The next run would delete ${formatCount(frames, "frame")}, ${formatBytes(bytes)}.`}
      </Typography>
    </Panel>
  );
}
