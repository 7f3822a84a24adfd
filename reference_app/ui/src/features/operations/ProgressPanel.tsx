import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatNumber } from "../../lib/rate.ts";
import type { ProgressPanel_inProgress$key } from "./__generated__/ProgressPanel_inProgress.graphql";
import { ProgressRow } from "./ProgressRow.tsx";

/** The work that reports progress now, whoever does it: a page of it, and how much more there is. */
export function ProgressPanel({
  inProgress,
  logUrl,
}: {
  readonly inProgress: ProgressPanel_inProgress$key;
  readonly logUrl: string | null | undefined;
}) {
  const { tasks, more } = useFragment(
    graphql`
      fragment ProgressPanel_inProgress on InProgress {
        more
        tasks {
          id
          ...ProgressRow_progress
        }
      }
    `,
    inProgress,
  );
  return (
    <Panel title="In progress">
      {tasks.length === 0 ? (
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          Nothing is being worked on. Render a timelapse and it shows here.
        </Typography>
      ) : (
        <Box sx={{ display: "grid", gap: 2.5 }}>
          {tasks.map((task) => (
            <ProgressRow key={task.id} progress={task} logUrl={logUrl} />
          ))}
          {more > 0 && (
            <Typography variant="body2" sx={{ color: "text.secondary" }}>
              and {formatNumber(more)} more that began earlier
            </Typography>
          )}
        </Box>
      )}
    </Panel>
  );
}
