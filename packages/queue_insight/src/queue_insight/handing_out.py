"""Concludes that the broker has handed a task to a worker which has not confirmed it. Pure.

A worker that hangs still has the request for its next message open. A message that Redis or Valkey hand it is
then in no queue and in no list of unacknowledged ones, and no event tells of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from queue_insight.absence import searched_queue, unsearched
from queue_insight.finished_tasks import MAX_FINISHED
from queue_insight.reasons import Reason, instant
from queue_insight.snapshot import TaskInfo, TaskState, WorkerState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from queue_insight.snapshot import SentNote, Snapshot, WorkerInfo

#: Who was seen this long after a task was sent would have confirmed it.
CONFIRMED_WITHIN: Final = timedelta(seconds=2)
_GOES_ON: Final = (
    "If it goes on, it begins. If it died, RabbitMQ delivers the task again; Redis and Valkey do not, "
    "so look at what the task should have changed, and send it again."
)


def handed_out(snapshot: Snapshot) -> Iterator[TaskInfo]:
    """Yield the asked tasks that were sent, are found nowhere, and that a silent worker may have received."""
    known = {task.id for task in snapshot.tasks()} | {each.id for each in snapshot.finished}
    for task_id, note in snapshot.sent.items():
        if task_id not in known and _is_nowhere(task_id, note, snapshot):
            yield TaskInfo(
                id=task_id,
                name=note.name,
                queue=note.queue,
                state=TaskState.HANDED_OUT,
                sent_at=note.sent_at,
            )


def receivers(task: TaskInfo, snapshot: Snapshot) -> list[WorkerInfo]:
    """Return the workers of its queue that fell silent when it was sent, the last seen first."""
    return [] if task.sent_at is None else _receivers(task.queue, task.sent_at, snapshot)


def reason(task: TaskInfo, snapshot: Snapshot) -> Reason:
    """Return why a task that was handed out is not running."""
    workers = receivers(task, snapshot)
    names = " or ".join(worker.name for worker in workers)
    seen_at = instant(workers[0].last_seen_at) if workers else None
    seen = f"last seen {seen_at}" if len(workers) == 1 else f"of which one was last seen {seen_at}"
    return Reason(
        code="handed_out",
        message=f"It waits in queue {task.queue!r} no more: the broker has handed it out, and nobody has "
        f"confirmed it. Most likely {names} has it, {seen}.",
        params={
            "task": task.id,
            "queue": task.queue,
            "worker": names or None,
            "last_seen_at": seen_at,
            "sent_at": None if task.sent_at is None else instant(task.sent_at),
        },
        remedy=_GOES_ON,
    )


def _is_nowhere(task_id: str, note: SentNote, snapshot: Snapshot) -> bool:
    queue = snapshot.queue(note.queue)
    if queue is None or queue.depth is None or unsearched(task_id, snapshot):
        return False
    looked_at = searched_queue(task_id, note.queue, snapshot).looked_at
    # The list of finished tasks is short: one that ended long ago is in it no more.
    reaches_back = len(snapshot.finished) < MAX_FINISHED or any(
        each.at <= note.sent_at for each in snapshot.finished
    )
    return queue.depth <= looked_at and reaches_back and bool(_receivers(note.queue, note.sent_at, snapshot))


def _receivers(queue: str, sent_at: datetime, snapshot: Snapshot) -> list[WorkerInfo]:
    silent = [
        worker
        for worker in snapshot.workers
        if queue in (worker.queues or ())
        and worker.state is not WorkerState.OFFLINE
        # Who was seen later would have confirmed it; who was gone already had no request open any more.
        and worker.last_seen_at <= sent_at + CONFIRMED_WITHIN
        and sent_at <= worker.next_by + timedelta(seconds=worker.grace_s)
    ]
    return sorted(silent, key=lambda worker: worker.last_seen_at, reverse=True)
