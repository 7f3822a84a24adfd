"""Strawberry types of a snapshot, and the functions that create them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import strawberry

from queue_insight.snapshot import WorkerState

if TYPE_CHECKING:
    from queue_insight.snapshot import QueueState, Snapshot, TaskInfo


@strawberry.type(description="One queue: its waiting and running tasks.")
class Queue:
    """`QueueState` for GraphQL; null means "unknown"."""

    name: str
    depth: int
    running: int
    oldest_wait_seconds: float | None
    drain_seconds: float | None


@strawberry.type(description="A task that is waiting, running or lost.")
class QueuedTask:
    """`TaskInfo` for GraphQL."""

    id: strawberry.ID
    name: str
    queue: str
    worker: str | None
    started_at: datetime | None
    state: str


class GraphQLSnapshot(NamedTuple):
    """A snapshot in GraphQL types."""

    queues: list[Queue]
    #: Running and lost tasks first, then waiting ones.
    tasks: list[QueuedTask]
    #: Names of the workers that are online or late.
    workers: list[str]


def from_snapshot(snapshot: Snapshot) -> GraphQLSnapshot:
    """Return the snapshot in GraphQL types."""
    return GraphQLSnapshot(
        queues=[queue(each) for each in snapshot.queues],
        tasks=[task(each) for each in snapshot.tasks()],
        workers=[
            worker.name
            for worker in snapshot.workers
            if worker.state in {WorkerState.ONLINE, WorkerState.LATE}
        ],
    )


def queue(state: QueueState) -> Queue:
    """Return one queue."""
    return Queue(
        name=state.name,
        depth=state.depth,
        running=state.running,
        oldest_wait_seconds=state.oldest_wait_s,
        drain_seconds=state.drain_s,
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
