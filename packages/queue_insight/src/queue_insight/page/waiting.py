"""Reads what waits in a queue beyond the first tasks that a snapshot has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from queue_insight.brokers.choose import broker_for
from queue_insight.errors import BrokerUnreachableError, BrokerUnsupportedError
from queue_insight.page.composition import PAGE
from queue_insight.page.names import key
from queue_insight.snapshot import TaskInfo, TaskState, moment

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.brokers.base import Message
    from queue_insight.snapshot import QueueState, Snapshot

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
    return _read(app, queue.name, skip=first, count=PAGE) or read[first : first + PAGE]


def named(app: Celery, queue: str, name_key: str) -> tuple[str, ...]:
    """Return the ids of the tasks of this name among the first 10,000 that wait in the queue."""
    found: dict[str, None] = {}
    for skip in range(0, MAX_WALK, STEP - OVERLAP):
        part = _read(app, queue, skip=skip, count=STEP)
        found |= dict.fromkeys(task.id for task in part if task.id and key(task.name) == name_key)
        if len(part) < OVERLAP:
            break
    return tuple(found)


def _read(app: Celery, queue: str, *, skip: int, count: int) -> tuple[TaskInfo, ...]:
    # The page's snapshot says why if the broker can't be read.
    try:
        messages = broker_for(app).page(queue, skip=skip, count=count)
    except (BrokerUnreachableError, BrokerUnsupportedError):
        return ()
    return tuple(_task(message, skip + place) for place, message in enumerate(messages))


def _task(message: Message, position: int) -> TaskInfo:
    return TaskInfo(
        id=message.id,
        name=message.name,
        queue=message.queue,
        state=TaskState.QUEUED,
        sent_at=None if message.sent_at is None else moment(message.sent_at),
        eta=None if message.eta is None else moment(message.eta),
        args_summary=message.args_summary,
        position=position,
    )
