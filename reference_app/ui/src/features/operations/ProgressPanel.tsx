import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatNumber } from "../../lib/rate.ts";
import type { ProgressPanel_inProgress$key } from "./__generated__/ProgressPanel_inProgress.graphql";
import { ProgressRow } from "./ProgressRow.tsx";

/** The tasks that report progress now: the latest ones, and how many more there are. */
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
    <Panel title={t`In progress`}>
      {tasks.length === 0 ? (
        <Typography
          variant="body2"
          sx={{ color: "text.secondary" }}
        >{t`Nothing in progress. Render a timelapse to see it here.`}</Typography>
      ) : (
        <Box sx={{ display: "grid", gap: 2.5 }}>
          {tasks.map((task) => (
            <ProgressRow key={task.id} progress={task} logUrl={logUrl} />
          ))}
          {more > 0 && (
            <Typography
              variant="body2"
              sx={{ color: "text.secondary" }}
            >{t`and ${formatNumber(more)} more that started earlier`}</Typography>
          )}
        </Box>
      )}
    </Panel>
  );
}
