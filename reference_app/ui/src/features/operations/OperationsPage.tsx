import { t } from "@lingui/core/macro";
import Box from "@mui/material/Box";
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

/** The queues, tasks, held locks and progress of all workers, updated live. */
export function OperationsPage({ queryRef }: { readonly queryRef: PreloadedQuery<OperationsPageQuery> }) {
  const { operations, inProgress, logUrl, retention } = usePreloadedQuery<OperationsPageQuery>(
    graphql`
      query OperationsPageQuery {
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
  const data = useFragment<OperationsPage_operations$key>(
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
    operations,
  );
  const status = worse(useOperationsUpdates(), useInProgressUpdates());
  return (
    <Box sx={{ display: "grid", gap: 2.5 }}>
      <PageHeader
        title={t`Operations`}
        lead={t`Queues, tasks, progress and held locks.`}
        actions={<LiveStatusBadge status={status} />}
      />
      <Box sx={{ display: "grid", gap: 1 }}>
        <FreshnessNote freshness={data.brokerFreshness} current={(when) => t`Broker read at ${when}.`} />
        <FreshnessNote
          freshness={data.workersFreshness}
          current={(when) => t`Workers and running tasks as of ${when}.`}
        />
      </Box>
      <QueuePanel operations={data} />
      <Box
        sx={{
          display: "grid",
          gap: 2.5,
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(2, minmax(0, 1fr))" },
          alignItems: "start",
        }}
      >
        <ProgressPanel inProgress={inProgress} logUrl={logUrl} />
        <HoldPanel operations={data} />
      </Box>
      <RunPanel operations={data} />
      <TaskPanel operations={data} />
      <PeriodicPanel operations={data} />
      {retention && <RetentionPanel retention={retention} />}
    </Box>
  );
}
