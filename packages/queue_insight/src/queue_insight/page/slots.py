"""Arranges the workers by trouble, each with its slots. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from queue_insight.names import key, shown
from queue_insight.page.clock import duration
from queue_insight.page.composition import TaskRow, task_row
from queue_insight.page.past import precise
from queue_insight.snapshot import TaskState, WorkerState

if TYPE_CHECKING:
    from queue_insight.page.clock import Clock
    from queue_insight.read import WorkerTasks
    from queue_insight.snapshot import Snapshot, TaskInfo, WorkerInfo

#: Maximum number of slots that are shown as boxes; the others are counted.
MAX_BOXES: Final = 8
MAX_QUEUES: Final = 5
#: What runs for less is not called slow, as what is shown is some seconds old.
LEAST_SLOW_S: Final = 5.0
_RANKS = {
    WorkerState.GONE: (0, "bad"),
    WorkerState.LATE: (1, "late"),
    WorkerState.UNKNOWN: (2, "late"),
    WorkerState.ONLINE: (3, "ok"),
    WorkerState.OFFLINE: (4, "quiet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A task in its slot."""

    task: TaskRow
    #: Within what time 95 % of the last ones of its name ended; empty when that is not known.
    usual: str
    #: Whether it runs for longer than that.
    is_slow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """One worker as a row."""

    name: str
    key: str
    state: str
    tone: str
    last_seen: str
    silent_for: str
    #: What its state doesn't prove.
    remark: str
    queues: str
    #: What it runs, longest first.
    boxes: tuple[Box, ...]
    more_boxes: int
    #: Slots without a task, as empty boxes; None when their number is not known.
    free: range | None
    more_free: int
    #: Tasks that it has received and not started.
    taken: int
    slots: int | None


def arrange_workers(snapshot: Snapshot) -> tuple[WorkerInfo, ...]:
    """Return the workers, those in trouble first."""
    return tuple(sorted(snapshot.workers, key=lambda worker: (_RANKS[worker.state][0], worker.name)))


def worker_row(worker: WorkerInfo, at_worker: WorkerTasks, snapshot: Snapshot, clock: Clock) -> WorkerRow:
    """Return the row of a worker that has these tasks."""
    tasks = at_worker.longest[:MAX_BOXES]
    running = max(worker.running + at_worker.ended, len(tasks))
    free = None if worker.slots is None else max(0, worker.slots - running)
    boxes = MAX_BOXES - len(tasks)
    # Both by the collector's clock, so that clocks of two hosts are not compared.
    at = snapshot.collected_at
    silent_s = None if at is None else (at - worker.last_seen_at).total_seconds()
    queues = [shown(name, 40) for name in (worker.queues or ())[:MAX_QUEUES]]
    more = len(worker.queues or ()) - MAX_QUEUES
    return WorkerRow(
        name=shown(worker.name),
        key=key(worker.name),
        state=worker.state.value,
        tone=_RANKS[worker.state][1],
        last_seen=clock.second(worker.last_seen_at),
        silent_for=duration(silent_s),
        remark=_remark(worker, clock),
        queues="queues not known"
        if worker.queues is None
        else ", ".join(queues) + (f" and {more} more" if more > 0 else ""),
        boxes=tuple(_box(task, snapshot, clock) for task in tasks),
        more_boxes=running - len(tasks),
        free=None if free is None else range(min(free, boxes)),
        more_free=max(0, (free or 0) - boxes),
        taken=worker.reserved,
        slots=worker.slots,
    )


def _box(task: TaskInfo, snapshot: Snapshot, clock: Clock) -> Box:
    usual_s = snapshot.usual_s(task.name) if task.state is TaskState.RUNNING else None
    ran_s = None if task.started_at is None else (clock.now - task.started_at).total_seconds()
    return Box(
        task=task_row(task, clock),
        usual="" if usual_s is None else precise(usual_s),
        is_slow=usual_s is not None and ran_s is not None and ran_s > max(usual_s, LEAST_SLOW_S),
    )


def _remark(worker: WorkerInfo, clock: Clock) -> str:
    if not worker.is_solo or worker.state is not WorkerState.LATE:
        return ""
    gone_at = worker.next_by + timedelta(seconds=worker.grace_s)
    return (
        "A solo pool reports nothing while it works, so it may work or have ended. "
        f"It counts as gone at {clock.minute(gone_at)}."
    )
