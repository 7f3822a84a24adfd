import { t } from "@lingui/core/macro";
import TableCell from "@mui/material/TableCell";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { formatAge, instant } from "../../lib/age.ts";
import { formatNumber } from "../../lib/rate.ts";
import { humanize } from "../../lib/words.ts";
import { SubjectLink } from "../../shared/subjects/SubjectLink.tsx";
import { WhyButton } from "../../shared/why/WhyButton.tsx";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { TaskPanel_operations$key } from "./__generated__/TaskPanel_operations.graphql";
import type { TaskPanel_tasks$key } from "./__generated__/TaskPanel_tasks.graphql";
import { StackingTable } from "./StackingTable.tsx";

/** The running and waiting tasks. */
export function TaskPanel({ operations }: { readonly operations: TaskPanel_operations$key }) {
  const data = useFragment(
    graphql`
      fragment TaskPanel_operations on Operations {
        more
        brokerFreshness {
          isCurrent
        }
        workersFreshness {
          isCurrent
        }
        tasks {
          ...TaskPanel_tasks
        }
      }
    `,
    operations,
  );
  const tasks = useFragment<TaskPanel_tasks$key>(
    graphql`
      fragment TaskPanel_tasks on QueuedTask @relay(plural: true) {
        id
        label
        queue
        worker
        startedAt
        state
        subject {
          ...SubjectLink_subject
        }
      }
    `,
    data.tasks,
  );
  const now = useServerNow();
  return (
    <Panel title={t`Tasks`}>
      {tasks.length === 0 ? (
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          {data.brokerFreshness.isCurrent && data.workersFreshness.isCurrent
            ? t`No tasks are running or waiting.`
            : t`Whether tasks are running or waiting is not known.`}
        </Typography>
      ) : (
        <StackingTable
          name={t`Table of tasks`}
          columns={[t`Task`, t`State`, t`Queue`, t`Worker`, t`Started`]}
        >
          {tasks.map((task) => (
            <TableRow key={task.id} data-testid="task">
              <TableCell>{task.subject ? <SubjectLink subject={task.subject} /> : task.label}</TableCell>
              <TableCell>
                {humanize(task.state.toLowerCase())}
                {task.state.toLowerCase() !== "running" && <WhyButton of={task.id} />}
              </TableCell>
              <TableCell>{task.queue}</TableCell>
              <TableCell>{task.worker ?? "–"}</TableCell>
              <TableCell sx={{ whiteSpace: "nowrap" }}>{started(task.startedAt, now)}</TableCell>
            </TableRow>
          ))}
        </StackingTable>
      )}
      {data.more > 0 && (
        <Typography
          variant="body2"
          sx={{ color: "text.secondary", mt: 1 }}
        >{t`and ${formatNumber(data.more)} more that are not listed`}</Typography>
      )}
    </Panel>
  );
}

function started(at: string | null | undefined, now: number): string {
  const when = instant(at);
  return when === null ? t`not started` : formatAge(when, now);
}
