import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
import { useState } from "react";
import { graphql, useFragment, usePreloadedQuery, type PreloadedQuery } from "react-relay";

import { PageHeader } from "../../design/PageHeader.tsx";
import { LiveStatusBadge } from "../../shared/live/LiveStatusBadge.tsx";
import { worse } from "../../shared/live/useLive.ts";
import type { OperationsPage_operations$key } from "./__generated__/OperationsPage_operations.graphql";
import type { OperationsPageQuery } from "./__generated__/OperationsPageQuery.graphql";
import { FreshnessNote } from "./FreshnessNote.tsx";
import { HoldPanel } from "./HoldPanel.tsx";
import { PeriodicPanel } from "./PeriodicPanel.tsx";
import { ProgressPanel } from "./ProgressPanel.tsx";
import { QueuePanel } from "./QueuePanel.tsx";
import { RetentionPanel } from "./RetentionPanel.tsx";
import { RunPanel } from "./RunPanel.tsx";
import { TaskPanel } from "./TaskPanel.tsx";
import { useInProgressUpdates } from "./useInProgressUpdates.ts";
import { useOperationsUpdates } from "./useOperationsUpdates.ts";
import { WorkPanel } from "./WorkPanel.tsx";

/** The queues, tasks, held locks and progress of all workers, updated live. */
export function OperationsPage({ queryRef }: { readonly queryRef: PreloadedQuery<OperationsPageQuery> }) {
  const data = usePreloadedQuery<OperationsPageQuery>(
    graphql`
      query OperationsPageQuery($work: WorkFilter!) {
        ...WorkPanel_query @arguments(filter: $work)
        logUrl
        operations {
          ...OperationsPage_operations
        }
        inProgress {
          ...ProgressPanel_inProgress
        }
        retention {
          ...RetentionPanel_retention
        }
      }
    `,
    queryRef,
  );
  const { inProgress, logUrl, retention } = data;
  const operations = useFragment<OperationsPage_operations$key>(
    graphql`
      fragment OperationsPage_operations on Operations {
        brokerFreshness {
          ...FreshnessNote_freshness
        }
        workersFreshness {
          ...FreshnessNote_freshness
        }
        ...QueuePanel_operations
        ...TaskPanel_operations
        ...HoldPanel_operations
        ...RunPanel_operations
        ...PeriodicPanel_operations
      }
    `,
    data.operations,
  );
  const [changes, setChanges] = useState(0);
  const updates = useOperationsUpdates(() => {
    setChanges((before) => before + 1);
  });
  const status = worse(updates, useInProgressUpdates());
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader
        title={t`Operations`}
        lead={t`What goes on, what waits and what ended.`}
        actions={<LiveStatusBadge status={status} />}
      />
      <Box sx={{ display: "grid", gap: 1 }}>
        <FreshnessNote
          freshness={operations.brokerFreshness}
          current={(when) => t`Broker read at ${when}.`}
        />
        <FreshnessNote
          freshness={operations.workersFreshness}
          current={(when) => t`Workers and running tasks as of ${when}.`}
        />
      </Box>
      <QueuePanel operations={operations} />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(2, minmax(0, 1fr))" },
          alignItems: "start",
        }}
      >
        <ProgressPanel inProgress={inProgress} logUrl={logUrl} />
        <HoldPanel operations={operations} />
      </Box>
      <RunPanel operations={operations} />
      <WorkPanel work={data} changes={changes} />
      <TaskPanel operations={operations} />
      <PeriodicPanel operations={operations} />
      {retention && <RetentionPanel retention={retention} />}
    </Box>
  );
}
