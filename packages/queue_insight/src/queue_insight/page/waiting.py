"""Reads what waits in a queue beyond the first tasks that a snapshot has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from queue_insight.names import key
from queue_insight.page.composition import PAGE
from queue_insight.read import waiting_tasks
from queue_insight.snapshot import TaskState

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.snapshot import QueueState, Snapshot, TaskInfo

#: Maximum number of tasks that a walk through a queue reads.
MAX_WALK: Final = 10_000
#: A walk reads so many at once, and begins each time this much before the end of the last part: workers may
#: have taken as many meanwhile.
STEP: Final = 200
OVERLAP: Final = 50


def page(app: Celery, snapshot: Snapshot, queue: QueueState, number: int) -> tuple[TaskInfo, ...]:
    """Return the tasks of this page, from the snapshot if it has them all, else from the broker."""
    read = tuple(
        task for task in snapshot.queued if task.queue == queue.name and task.state is TaskState.QUEUED
    )
    first = (number - 1) * PAGE
    if first + PAGE <= len(read) or len(read) >= (queue.depth or 0):
        return read[first : first + PAGE]
    return waiting_tasks(app, queue.name, skip=first, count=PAGE) or read[first : first + PAGE]


def named(app: Celery, queue: str, name_key: str) -> tuple[str, ...]:
    """Return the ids of the tasks of this name among the first 10,000 that wait in the queue."""
    found: dict[str, None] = {}
    for skip in range(0, MAX_WALK, STEP - OVERLAP):
        part = waiting_tasks(app, queue, skip=skip, count=STEP)
        found |= dict.fromkeys(task.id for task in part if task.id and key(task.name) == name_key)
        if len(part) < OVERLAP:
            break
    return tuple(found)
