import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";
import { Suspense, useId, useState } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";

import { ErrorBoundary } from "../../design/ErrorBoundary.tsx";
import { existing } from "../../relay/edges.ts";
import { PageProblem } from "../live/PageProblem.tsx";
import type { ArchivedTimelapsesQuery } from "./__generated__/ArchivedTimelapsesQuery.graphql";
import { TimelapseGrid } from "./TimelapseGrid.tsx";

/** The archived timelapses, for those who ask for them. */
export function ArchivedTimelapses() {
  const [open, setOpen] = useState(false);
  const listId = useId();
  return (
    <Box sx={{ display: "grid", gap: 2, justifyItems: "start" }}>
      <Button
        size="small"
        aria-expanded={open}
        aria-controls={listId}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? t`Hide archived timelapses` : t`Show archived timelapses`}
      </Button>
      <Box id={listId} hidden={!open} sx={{ width: "100%" }} data-testid="archived-timelapses">
        {open && (
          <ErrorBoundary fallback={(error, reset) => <PageProblem error={error} onRetry={reset} />}>
            <Suspense fallback={<Skeleton variant="rounded" height={160} />}>
              <ArchivedList />
            </Suspense>
          </ErrorBoundary>
        )}
      </Box>
    </Box>
  );
}

function ArchivedList() {
  const { timelapses } = useLazyLoadQuery<ArchivedTimelapsesQuery>(
    graphql`
      query ArchivedTimelapsesQuery {
        timelapses(first: 60, archived: true) {
          edges {
            node {
              ...TimelapseGrid_timelapses
            }
          }
        }
      }
    `,
    {},
    { fetchPolicy: "network-only" },
  );
  const found = existing(timelapses.edges.map(({ node }) => node));
  if (found.length === 0) return <Typography variant="body2">{t`No timelapse is archived.`}</Typography>;
  return <TimelapseGrid timelapses={found} />;
}
