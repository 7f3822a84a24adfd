"""What is known about the queues at one moment, as plain values.

All times are aware UTC datetimes, all durations seconds. `None` means "not known", never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from queue_insight.reasons import Reason


class TaskState(StrEnum):
    """Where a task is."""

    #: In the broker; no worker has taken it.
    QUEUED = "queued"
    #: Taken by a worker that has not begun it (prefetched, or its time has not come).
    RESERVED = "reserved"
    #: A worker is at it.
    RUNNING = "running"
    #: Its worker is gone or was replaced while it had the task.
    LOST = "lost"


class WorkerState(StrEnum):
    """Whether a worker keeps its promise to send heartbeats."""

    #: Its next heartbeat is not due yet.
    ONLINE = "online"
    #: Its next heartbeat is overdue, within the grace.
    LATE = "late"
    #: Its heartbeat is overdue beyond the grace: it died, hangs, or its host cannot be reached.
    GONE = "gone"
    #: It said goodbye.
    OFFLINE = "offline"
    #: Nobody listens now, so its silence means nothing.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInfo:
    """One task that waits, runs or was lost."""

    id: str
    name: str
    #: Empty when neither the broker nor the events tell.
    queue: str
    state: TaskState
    #: The worker that has it; None while it is queued or when the worker is not known.
    worker: str | None = None
    started_at: datetime | None = None
    sent_at: datetime | None = None
    #: Not to be run before; None when it may run at once.
    eta: datetime | None = None
    args_summary: str = ""
    #: Tasks of the same queue that are taken before it; None when it is not queued.
    position: int | None = None
    #: Whether the broker has it as delivered and unacknowledged, so that a lost one is delivered again;
    #: None when not all of the broker's messages were looked at.
    unacked: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """One queue: what waits in it, what of it runs."""

    name: str
    #: Tasks in the broker that no worker has taken, all priorities together.
    depth: int
    #: Tasks of this queue that live workers are at.
    running: int
    #: Age of the task that is taken next; None when nothing waits or its sending was not seen.
    oldest_wait_s: float | None = None
    #: Estimate until the queue is empty if nothing is added; None when no run time was seen yet.
    drain_s: float | None = None
    #: Workers that listen to it and are online or late; None when no worker has told what it listens to.
    workers: tuple[str, ...] | None = None
    #: Tasks of this queue among those looked at that are delivered and unacknowledged.
    unacked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInfo:
    """One worker and whether it keeps its promise."""

    name: str
    state: WorkerState
    seen_at: datetime
    #: Its next heartbeat was promised by then; `grace_s` later it counts as gone.
    next_by: datetime
    grace_s: float
    pid: int | None = None
    #: Queues it listens to; None when it has not told yet.
    queues: tuple[str, ...] | None = None
    #: Tasks it runs at a time; None when it has not told yet.
    slots: int | None = None
    #: Tasks it says it is at, by its last heartbeat.
    active: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedTask:
    """A task that ended a short while ago: succeeded, failed, revoked, rejected or retried."""

    id: str
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All queues, tasks and workers at one moment, and how fresh and complete that is."""

    at: datetime
    queues: tuple[QueueState, ...] = ()
    #: Running and lost tasks, longest first.
    running: tuple[TaskInfo, ...] = ()
    #: Tasks that wait: reserved ones, then the first of each queue in the order in which they are taken.
    queued: tuple[TaskInfo, ...] = ()
    workers: tuple[WorkerInfo, ...] = ()
    ended: tuple[EndedTask, ...] = ()
    #: Messages delivered to workers and not acknowledged, all queues together; None when not known.
    unacked: int | None = None
    #: When the collector last wrote what it knows about workers and running tasks; None: never.
    collected_at: datetime | None = None
    #: When the collector promised to write again.
    next_by: datetime | None = None
    #: True while the collector keeps its promise and hears the broker.
    fresh: bool = False
    #: What is not known, and why.
    notes: tuple[Reason, ...] = ()

    def tasks(self) -> Iterator[TaskInfo]:
        """Yield all tasks, running ones first."""
        yield from self.running
        yield from self.queued

    def find(self, task_id: str) -> TaskInfo | None:
        """Return the task with this id, or None."""
        return next((task for task in self.tasks() if task.id == task_id), None)

    def queue(self, name: str) -> QueueState | None:
        """Return the queue with this name, or None."""
        return next((queue for queue in self.queues if queue.name == name), None)

    def worker(self, name: str | None) -> WorkerInfo | None:
        """Return the worker with this name, or None."""
        return next((worker for worker in self.workers if worker.name == name), None)
