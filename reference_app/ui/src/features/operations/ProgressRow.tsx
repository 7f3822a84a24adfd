import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { ProgressMeter } from "../../shared/progress/ProgressMeter.tsx";
import { SubjectLink } from "../../shared/subjects/SubjectLink.tsx";
import type { ProgressRow_progress$key } from "./__generated__/ProgressRow_progress.graphql";

/** One task's progress: description, progress, who started it, and a link to its log for users who may read it. */
export function ProgressRow({
  progress,
  logUrl,
}: {
  readonly progress: ProgressRow_progress$key;
  readonly logUrl: string | null | undefined;
}) {
  const data = useFragment(
    graphql`
      fragment ProgressRow_progress on Progress {
        description
        subject {
          ...SubjectLink_subject
        }
        by
        causalId
        ...ProgressMeter_progress
      }
    `,
    progress,
  );
  return (
    <Box data-testid="progress" sx={{ display: "grid", gap: 0.5 }}>
      <Typography variant="h3">
        {data.subject ? <SubjectLink subject={data.subject} /> : data.description}
      </Typography>
      <ProgressMeter
        progress={data}
        label={data.description}
        testId="operation-progress"
        livenessTestId="operation-liveness"
      />
      <Typography variant="caption" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
        {data.by != null && data.by !== "" && `${t`started by ${data.by}`} · `}
        {t`causal id ${data.causalId}`}
        {logUrl != null && (
          <>
            {" · "}
            <Link href={`${logUrl}${data.causalId}/`}>{t`View log`}</Link>
          </>
        )}
      </Typography>
    </Box>
  );
}
