"""Arranges the queues by trouble: what stands in each row of the overview. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from queue_insight.diagnose import diagnose, is_stray, named, paused
from queue_insight.drain import DrainState, in_words
from queue_insight.names import key, shown
from queue_insight.page.clock import duration
from queue_insight.page.headline import fates, has_no_worker
from queue_insight.page.sparkline import Sparkline, sparkline
from queue_insight.reasons import Reason, count
from queue_insight.snapshot import TaskInfo, TaskState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queue_insight.page.clock import Clock
    from queue_insight.snapshot import QueueState, Snapshot

#: Number of queues on a page.
PAGE: Final = 56
#: Maximum number of names among the quiet queues; the others are counted.
MAX_QUIET: Final = 100
#: What the reason of a queue's next task means for the queue: rank of the trouble, label, tone.
_MEANINGS: Final[Mapping[str, tuple[int, str, str]]] = {
    "no_worker": (0, "no worker", "bad"),
    "workers_late": (2, "late", "bad"),
    "worker_unknown": (3, "worker unknown", "late"),
    "next": (3, "no worker known", "late"),
    "prefetch_blocked": (3, "blocked", "late"),
    "workers_busy": (5, "full", "late"),
    "not_due": (6, "not due", "quiet"),
    "revoked": (6, "cancelled", "quiet"),
    "expired": (6, "expired", "quiet"),
    "about_to_start": (7, "starts", "ok"),
}
_PAUSED = (1, "paused", "late")
_LOST = (1, "lost", "bad")
_END_NOT_KNOWN = (2, "end not known", "late")
_OTHER = (4, "waits", "late")
_UNREAD = (4, "not read", "late")
_NOBODY_HAS = (2, "nobody has it", "late")
_TAKEN = (7, "taken", "ok")
_DELAYED = (7, "delayed", "quiet")
_WORKING = (8, "runs", "ok")
_QUIET = (9, "", "quiet")
#: Rank, label and tone of a queue, and why.
_Meaning = tuple[tuple[int, str, str], Reason | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One queue as a row. None stands for "not known"."""

    name: str
    key: str
    waiting: int | None
    #: Received by workers, due, and not started.
    taken: int | None
    #: Received by workers that keep them until their ETA.
    delayed: int | None
    running: int | None
    oldest: str
    #: When it will be empty, and why that is not known.
    drain: str
    drain_why: str
    workers: int | None
    slots: str
    #: 0 is the worst.
    rank: int
    label: str
    tone: str
    reason: str = ""
    remedy: str = ""
    spark: Sparkline | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """All queues: those that need a look, then the quiet ones."""

    rows: tuple[QueueRow, ...]
    quiet: tuple[QueueRow, ...]
    #: Number of quiet queues that are left out.
    more: int


def arrange(snapshot: Snapshot, clock: Clock) -> Arranged:
    """Return the rows, the worst trouble first, then the deepest queue."""
    facts = _Facts(snapshot)
    rows = [row(queue, snapshot, clock, facts) for queue in snapshot.queues]
    rows.sort(key=lambda each: (each.rank, -(each.waiting or 0), each.name))
    busy = [each for each in rows if each.rank < _QUIET[0]]
    quiet = [each for each in rows if each.rank == _QUIET[0]]
    return Arranged(
        rows=tuple(busy),
        quiet=tuple(quiet[:MAX_QUIET]),
        more=max(0, len(quiet) - MAX_QUIET),
    )


class _Facts:
    """What all rows need, in one pass over the tasks."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.heads: dict[str, TaskInfo] = {}
        self.ended: dict[str, list[TaskInfo]] = {}
        self.stray: dict[str, TaskInfo] = {}
        self.running = snapshot.running_by_worker()
        for task in snapshot.queued:
            if task.state is TaskState.QUEUED:
                self.heads.setdefault(task.queue, task)
            elif is_stray(task, snapshot):
                self.stray.setdefault(task.queue, task)
        for task in snapshot.running:
            if task.state in {TaskState.LOST, TaskState.UNKNOWN}:
                self.ended.setdefault(task.queue, []).append(task)
        self.slots = {worker.name: worker.slots for worker in snapshot.workers}


def row(
    queue: QueueState,
    snapshot: Snapshot,
    clock: Clock,
    facts: _Facts | None = None,
) -> QueueRow:
    """Return the row of one queue."""
    facts = facts or _Facts(snapshot)
    is_observed = snapshot.collected_at is not None
    # Whatever workers have taken: in the broker there is nothing left to wait for.
    is_empty = queue.depth == 0 or queue.drain.state is DrainState.EMPTY
    (rank, label, tone), reason = _trouble(queue, snapshot, facts, clock)
    return QueueRow(
        name=shown(queue.name),
        key=key(queue.name),
        waiting=queue.depth,
        taken=queue.reserved - queue.delayed if is_observed else None,
        delayed=queue.delayed if is_observed else None,
        running=queue.running if is_observed else None,
        oldest="" if queue.depth == 0 else duration(queue.oldest_wait_s),
        drain="" if is_empty else in_words(queue.drain),
        # Of a queue without a worker the label says why.
        drain_why="" if is_empty or queue.workers == () else shown(queue.drain.why, 200),
        workers=len(queue.workers) if queue.workers is not None and snapshot.fresh else None,
        slots=_slots(queue, facts) if snapshot.fresh else "",
        rank=rank,
        label=label,
        tone=tone,
        reason=shown(clock.localised(reason.message), 300) if reason else "",
        remedy=shown(clock.localised(reason.remedy), 300) if reason else "",
        spark=sparkline(queue),
    )


def _trouble(queue: QueueState, snapshot: Snapshot, facts: _Facts, clock: Clock) -> _Meaning:
    if queue.name in snapshot.paused:
        return _PAUSED, paused(queue, snapshot.paused[queue.name], snapshot.at)
    if queue.depth == 0 and queue.name in facts.ended:
        return _lost(queue, snapshot, facts, clock)
    if queue.depth == 0 and (stray := facts.stray.get(queue.name)):
        return _NOBODY_HAS, diagnose(stray.id, replace(snapshot, queued=(stray,), notes=()))[0]
    return (_at_workers(queue), None) if queue.depth == 0 else _waits(queue, snapshot, facts, clock)


def _waits(queue: QueueState, snapshot: Snapshot, facts: _Facts, clock: Clock) -> _Meaning:
    """Return why the next task of the queue waits."""
    head = _head(queue, snapshot, facts)
    if head is None:
        meaning = _MEANINGS["no_worker"] if has_no_worker(queue, snapshot) else _UNREAD
        return meaning, _unread(queue)
    # Only the task itself: `diagnose` would look for it among all others, once for each queue.
    reasons = diagnose(head.id, replace(snapshot, queued=(head,), notes=()))
    if not reasons:
        return _OTHER, None
    # The worst for the queue: a missing worker matters more than that its next task is not due or cancelled.
    worst = min(reasons, key=lambda reason: _MEANINGS.get(reason.code, _OTHER)[0])
    meaning = _MEANINGS.get(worst.code, _OTHER)
    if queue.name in facts.ended and meaning[0] > _LOST[0]:
        return _lost(queue, snapshot, facts, clock)
    return meaning, worst


def _at_workers(queue: QueueState) -> tuple[int, str, str]:
    if queue.running:
        return _WORKING
    if queue.reserved > queue.delayed:
        return _TAKEN
    return _DELAYED if queue.delayed else _QUIET


def _lost(queue: QueueState, snapshot: Snapshot, facts: _Facts, clock: Clock) -> _Meaning:
    """Return what became of the tasks of this queue that ended with their worker."""
    tasks = facts.ended[queue.name]
    are_lost = any(task.state is TaskState.LOST for task in tasks)
    # The remedy for what is worst: a task that does not come back.
    worst = min(tasks, key=lambda task: (task.state is not TaskState.LOST, task.unacked is not False))
    (reason, *_) = diagnose(worst.id, replace(snapshot, running=(worst,), notes=()))
    if len(tasks) > 1:
        workers = named(list(dict.fromkeys(task.worker for task in tasks if task.worker)))
        what = "; ".join(fates(tasks, snapshot, clock))
        reason = replace(reason, message=f"{count(len(tasks), 'task')} ended with {workers}: {what}.")
    return (_LOST if are_lost else _END_NOT_KNOWN), reason


def _head(queue: QueueState, snapshot: Snapshot, facts: _Facts) -> TaskInfo | None:
    if queue.depth and not snapshot.heads_read:
        # Messages are only counted; what keeps the queue waiting is the same for any of its tasks.
        return TaskInfo(id="", name="", queue=queue.name, state=TaskState.QUEUED)
    return facts.heads.get(queue.name)


def _unread(queue: QueueState) -> Reason:
    if queue.depth is None:
        return Reason(
            code="not_counted",
            message=f"How many tasks wait in queue '{shown(queue.name)}' is not known.",
        )
    return Reason(
        code="not_read",
        message=f"None of the tasks in queue '{shown(queue.name)}' could be read.",
        remedy="They are too large, or no Celery tasks, or QUEUE_INSIGHT['PEEK'] is 0.",
    )


def _slots(queue: QueueState, facts: _Facts) -> str:
    slots = [facts.slots.get(name) for name in queue.workers or ()]
    if not slots or None in slots:
        return ""
    busy = sum(facts.running.get(name, 0) for name in queue.workers or ())
    return f"{busy} of {sum(each or 0 for each in slots)} slots busy"
