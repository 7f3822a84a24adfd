import { t } from "@lingui/core/macro";
import TableCell from "@mui/material/TableCell";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { graphql, useFragment } from "react-relay";

import { Panel } from "../../design/Panel.tsx";
import { StateBadge, type Tone } from "../../design/StateBadge.tsx";
import { formatAge, formatInstant, inLocalTime, instant } from "../../lib/age.ts";
import { sharedText } from "../../lib/sharedText.ts";
import { humanize } from "../../lib/words.ts";
import { useServerNow } from "../../shared/live/useServerNow.ts";
import type { PeriodicPanel_operations$key } from "./__generated__/PeriodicPanel_operations.graphql";
import type {
  PeriodicPanel_tasks$data,
  PeriodicPanel_tasks$key,
} from "./__generated__/PeriodicPanel_tasks.graphql";
import { StackingTable } from "./StackingTable.tsx";

/** What is done by a schedule: whether it comes, and when next. Nothing while no schedule is known. */
export function PeriodicPanel({ operations }: { readonly operations: PeriodicPanel_operations$key }) {
  const { periodicTasks } = useFragment(
    graphql`
      fragment PeriodicPanel_operations on Operations {
        periodicTasks {
          ...PeriodicPanel_tasks
        }
      }
    `,
    operations,
  );
  const tasks = useFragment<PeriodicPanel_tasks$key>(
    graphql`
      fragment PeriodicPanel_tasks on PeriodicTask @relay(plural: true) {
        id
        label
        schedule
        punctuality: state
        why
        remedy
        due
        lastRun {
          end
        }
      }
    `,
    periodicTasks,
  );
  const now = useServerNow();
  if (tasks.length === 0) return null;
  // What is true of all of them, such as that nobody listens, is said once.
  const ofAll = sharedText(tasks.map(reasonOf));
  return (
    <Panel title={t`Periodic tasks`}>
      {ofAll !== "" && (
        <Typography variant="body2" sx={{ color: "text.secondary" }}>
          {inLocalTime(ofAll, now)}
        </Typography>
      )}
      <StackingTable
        name={t`Table of periodic tasks`}
        columns={[t`Task`, t`Schedule`, t`State`, t`Last run`, t`Next`]}
      >
        {tasks.map((task) => (
          <PeriodicRow key={task.id} task={task} reason={ofAll === "" ? reasonOf(task) : ""} now={now} />
        ))}
      </StackingTable>
    </Panel>
  );
}

type PeriodicTask = PeriodicPanel_tasks$data[number];

/** Why it is not on time, and what to do; empty if it is. */
function reasonOf({ why, remedy }: PeriodicTask): string {
  return `${why} ${remedy}`.trim();
}

interface RowProps {
  readonly task: PeriodicTask;
  readonly reason: string;
  readonly now: number;
}

function PeriodicRow({ task, reason, now }: RowProps) {
  const lastRun = instant(task.lastRun?.end);
  return (
    <TableRow data-testid="periodic-task">
      <TableCell>{task.label}</TableCell>
      <TableCell sx={{ whiteSpace: "nowrap" }}>{inWords(task.schedule)}</TableCell>
      <TableCell sx={{ minWidth: 260 }}>
        <StateBadge tone={toneOf(task.punctuality)} label={humanize(task.punctuality)} />
        {reason !== "" && (
          <Typography variant="caption" component="p" sx={{ color: "text.secondary" }}>
            {inLocalTime(reason, now)}
          </Typography>
        )}
      </TableCell>
      <TableCell sx={{ whiteSpace: "nowrap" }}>
        {lastRun === null ? t`not seen` : formatAge(Math.min(lastRun, now), now)}
      </TableCell>
      <TableCell sx={{ whiteSpace: "nowrap" }}>{next(task.due, now)}</TableCell>
    </TableRow>
  );
}

function toneOf(state: PeriodicTask["punctuality"]): Tone {
  switch (state) {
    case "LATE":
      return "bad";
    case "NOT_ENDED":
      return "attention";
    case "ON_TIME":
      return "good";
    default:
      return "quiet";
  }
}

/** A schedule in the page's language; one that is no interval is a rule of cron, in every language alike. */
function inWords(schedule: string): string {
  const [, interval] = /^every (.*)$/.exec(schedule) ?? [];
  return interval === undefined ? schedule : t`every ${interval}`;
}

/** When it is due. What comes within a minute or two is not known to the second. */
function next(due: string | null | undefined, now: number): string {
  const at = instant(due);
  if (at === null) return t`not known`;
  if (Math.abs(at - now) >= 120_000) return formatInstant(at, now);
  return at - now < 10_000 ? t`about now` : t`within 2 min`;
}
