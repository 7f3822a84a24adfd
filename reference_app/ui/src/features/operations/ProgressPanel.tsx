import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { ProgressMeter } from "../live/ProgressMeter.tsx";
import type { ProgressPanel_operations$key } from "./__generated__/ProgressPanel_operations.graphql";

/** All work that reports progress now, whoever does it. */
export function ProgressPanel({
  operations,
  logAddress,
}: {
  readonly operations: ProgressPanel_operations$key;
  readonly logAddress: string | null | undefined;
}) {
  const { progresses } = useFragment(
    graphql`
      fragment ProgressPanel_operations on Operations {
        progresses {
          id
          description
          by
          causalId
          ...ProgressMeter_progress
        }
      }
    `,
    operations,
  );
  return (
    <Panel title="In progress">
      {progresses.length === 0 ? (
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          Nothing is being worked on. Render a timelapse and it shows here.
        </Typography>
      ) : (
        <Box sx={{ display: "grid", gap: 2.5 }}>
          {progresses.map((progress) => (
            <Box key={progress.id} data-testid="progress" sx={{ display: "grid", gap: 0.5 }}>
              <Typography variant="h3">{progress.description}</Typography>
              <ProgressMeter
                progress={progress}
                label={progress.description}
                testId="operation-progress"
                livenessTestId="operation-liveness"
              />
              <Typography variant="caption" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
                {progress.by != null && progress.by !== "" && `started by ${progress.by} · `}
                causal id {progress.causalId}
                {logAddress != null && (
                  <>
                    {" · "}
                    <Link href={`${logAddress}${progress.causalId}/`}>log</Link>
                  </>
                )}
              </Typography>
            </Box>
          ))}
        </Box>
      )}
    </Panel>
  );
}
