"""Strawberry types of a snapshot, and the functions that create them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import strawberry

from queue_insight.snapshot import QueueState
from queue_insight.worker_states import CONSUMING

if TYPE_CHECKING:
    from queue_insight.failures import FailureGroup
    from queue_insight.snapshot import Snapshot, TaskInfo, WorkerInfo


@strawberry.type(description="When a queue will be empty: a range that holds in about four of five cases.")
class QueueDrain:
    """`Drain` for GraphQL."""

    state: str
    low_seconds: float | None
    median_seconds: float | None
    #: Null when it is open: with a little more work than expected the queue would not drain.
    high_seconds: float | None
    in_per_second: float | None
    out_per_second: float | None
    #: Why it is not known.
    why: str


@strawberry.type(description="One queue: its waiting and running tasks.")
class Queue:
    """`QueueState` for GraphQL; null means "unknown"."""

    id: strawberry.ID
    name: str
    #: Null when not known.
    depth: int | None
    running: int
    oldest_wait_seconds: float | None
    state: strawberry.Private[QueueState]

    @strawberry.field
    def drain(self) -> QueueDrain:
        """When it will be empty; estimated only if somebody asks."""
        return queue_drain(self.state)


@strawberry.type(description="A task that is waiting, running or lost.")
class QueuedTask:
    """`TaskInfo` for GraphQL."""

    id: strawberry.ID
    name: str
    queue: str
    worker: str | None
    started_at: datetime | None
    state: str


@strawberry.type(description="A worker whose heartbeats are on time, or late.")
class Worker:
    """`WorkerInfo` for GraphQL."""

    id: strawberry.ID
    name: str
    state: str
    last_seen_at: datetime


@strawberry.type(description="The failures of tasks by one type of exception at one place in the code.")
class TaskFailures:
    """`FailureGroup` for GraphQL; null means "unknown"."""

    id: strawberry.ID
    exception: str | None
    #: As "shop/orders/tasks.py:17 in charge".
    place: str | None
    #: Whether the place is in the project's own code.
    is_own: bool
    count: int
    first_at: datetime
    last_at: datetime
    #: Of the last one; secrets are removed from the message.
    task_id: str
    task_name: str | None
    message: str
    causal_id: str | None


class GraphQLSnapshot(NamedTuple):
    """A snapshot in GraphQL types."""

    queues: list[Queue]
    #: Running and lost tasks first, then waiting ones.
    tasks: list[QueuedTask]
    #: Those that are online or late.
    workers: list[Worker]
    #: Tasks that were counted, but not read: waiting ones and those that workers have.
    more: int
    #: Tasks that the broker keeps until they are due, for all queues; None when not known.
    delayed: int | None


def from_snapshot(snapshot: Snapshot) -> GraphQLSnapshot:
    """Return the snapshot in GraphQL types."""
    waiting = sum(each.depth or 0 for each in snapshot.queues) - sum(
        each.position is not None for each in snapshot.queued
    )
    at_workers = snapshot.tasks_at_workers - snapshot.tasks_at_workers_read
    return GraphQLSnapshot(
        queues=[queue(each) for each in snapshot.queues],
        tasks=[task(each) for each in snapshot.tasks()],
        workers=[worker(each) for each in snapshot.workers if each.state in CONSUMING],
        more=waiting + at_workers,
        delayed=None
        if snapshot.delayed_in_broker is None
        else sum(each.count for each in snapshot.delayed_in_broker),
    )


def queue(state: QueueState) -> Queue:
    """Return one queue."""
    return Queue(
        id=strawberry.ID(f"Queue:{state.name}"),
        name=state.name,
        depth=state.depth,
        running=state.running,
        oldest_wait_seconds=state.oldest_wait_s,
        state=state,
    )


def queue_drain(state: QueueState) -> QueueDrain:
    """Return when the queue will be empty."""
    drain = state.drain
    return QueueDrain(
        state=drain.state.value,
        low_seconds=drain.low_s,
        median_seconds=drain.median_s,
        high_seconds=drain.high_s,
        in_per_second=drain.in_per_s,
        out_per_second=drain.out_per_s,
        why=drain.why,
    )


def worker(info: WorkerInfo) -> Worker:
    """Return one worker."""
    return Worker(
        id=strawberry.ID(f"Worker:{info.name}"),
        name=info.name,
        state=info.state.value,
        last_seen_at=info.last_seen_at,
    )


def task(info: TaskInfo) -> QueuedTask:
    """Return one task."""
    return QueuedTask(
        id=strawberry.ID(info.id),
        name=info.name,
        queue=info.queue,
        worker=info.worker,
        started_at=info.started_at,
        state=info.state.value,
    )


def task_failures(group: FailureGroup) -> TaskFailures:
    """Return one group of failures."""
    return TaskFailures(
        id=strawberry.ID(f"TaskFailures:{group.id}"),
        exception=group.exception or None,
        place=group.place or None,
        is_own=group.is_own,
        count=group.count,
        first_at=group.first_at,
        last_at=group.last_at,
        task_id=group.task_id,
        task_name=group.name or None,
        message=group.message,
        causal_id=group.causal_id or None,
    )
