"""The values of a snapshot: queues, tasks and workers at one moment.

All times are aware UTC datetimes, all durations seconds. `None` means "unknown", never zero.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Final

from queue_insight.drain import MIN_SAMPLES, NOT_ESTIMATED, Drain, Estimate
from queue_insight.freshness import BROKER_UNREAD, OUTDATED, Freshness, Source
from queue_insight.reasons import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from queue_insight.reasons import Reason


_UNITS: Final = ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min"))


def moment(seconds: float) -> datetime:
    """Return the time at so many seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


class TaskState(StrEnum):
    """Where a task is."""

    #: In the broker; no worker has received it.
    QUEUED = "queued"
    #: Found nowhere, while a worker of its queue has been silent since it was sent: the broker has handed it
    #: to that worker, which has not confirmed it. Only of tasks that were asked for.
    HANDED_OUT = "handed_out"
    #: Received by a worker that has not started it (prefetched, or its ETA is in the future).
    RESERVED = "reserved"
    #: A worker executes it.
    RUNNING = "running"
    #: Its worker died or was replaced before finishing it.
    LOST = "lost"
    #: Its worker ended while it had the task; whether the task finished is unknown.
    UNKNOWN = "unknown"


class WorkerState(StrEnum):
    """Whether a worker sends its heartbeats on time."""

    #: Its next heartbeat is not due yet.
    ONLINE = "online"
    #: Its next heartbeat is overdue, within the grace.
    LATE = "late"
    #: Its heartbeat is overdue beyond the grace: it died, hangs, or its host cannot be reached.
    GONE = "gone"
    #: It reported that it shut down.
    OFFLINE = "offline"
    #: The collector is silent or disconnected, so the worker's silence proves nothing.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInfo:
    """One task that is waiting, running or lost."""

    id: str
    name: str
    #: Empty when neither the broker nor the events name it.
    queue: str
    state: TaskState
    #: The worker that received it; None while it is queued or when the worker is unknown.
    worker: str | None = None
    started_at: datetime | None = None
    sent_at: datetime | None = None
    #: Earliest start; None when it may start at once.
    eta: datetime | None = None
    #: Until when it may start; a worker discards it later. None: for ever.
    expires: datetime | None = None
    #: How often it was retried before.
    retries: int = 0
    #: When the broker delivered it, of an unacknowledged one; None when that is not known.
    delivered_at: datetime | None = None
    args_summary: str = ""
    #: Number of tasks ahead of it in the same queue; None when it is not queued.
    position: int | None = None
    #: Whether the broker holds it as delivered and unacknowledged, so that it is redelivered when lost;
    #: None when not all of the broker's messages were read.
    unacked: bool | None = False
    #: Whether workers were told to discard it, which they do when they would start it.
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """One queue: its waiting and running tasks."""

    name: str
    #: Tasks in the broker that no worker has received, all priorities together; None when not known.
    depth: int | None
    #: Tasks of this queue that live workers execute.
    running: int
    #: Tasks of this queue that workers have received and not started.
    reserved: int = 0
    #: Age of the next task; None when none waits or its publish time is unknown.
    oldest_wait_s: float | None = None
    #: Those of them that workers keep until they are due.
    delayed: int = 0
    #: What `drain` is made from; None when nobody estimates it.
    estimate: Estimate | None = field(default=None, repr=False, compare=False)
    #: Online and late workers that consume it; None when no worker has reported its queues.
    workers: tuple[str, ...] | None = None
    #: Delivered and unacknowledged tasks of this queue, among those that were read.
    unacked: int = 0
    #: Consumers by the broker's own count, which may be other programs than workers; None when not known.
    consumers: int | None = None
    #: The broker's kind of queue, "classic" or "quorum"; empty when it has none or that is not known.
    kind: str = ""
    #: How many waiting tasks there are of each name, as far as names are known: of those that were read, or
    #: according to senders' events if the broker shows none.
    names: Mapping[str, int] = field(default_factory=dict)
    #: How many tasks were sent to it, and how many of it ended, in each of the last full minutes, as far as
    #: they were observed.
    sent_by_minute: tuple[int | None, ...] = ()
    finished_by_minute: tuple[int | None, ...] = ()

    @property
    def drain(self) -> Drain:
        """When it will be empty, as far as that can be estimated; estimated when it is first asked for."""
        return NOT_ESTIMATED if self.estimate is None else self.estimate.drain


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Who paused a queue, and since when."""

    by: str
    since: datetime
    #: The workers that stopped consuming it.
    workers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayedTasks:
    """Tasks that the broker keeps until they are due, for all queues together."""

    #: All of them are due within so many seconds.
    within_s: float
    count: int


def delayed_in_words(delayed: Sequence[DelayedTasks]) -> str:
    """Return "12 tasks, for all queues together: 3 due within 7 s, 12 within 9 min"."""
    total = 0
    parts: list[str] = []
    for each in delayed:
        total += each.count
        parts.append(f"{total} {'due ' if not parts else ''}within {_span(each.within_s)}")
    return f"{count(total, 'task')}, for all queues together: {', '.join(parts)}"


def _span(seconds: float) -> str:
    size, unit = next((u for u in _UNITS if seconds >= 2 * u[0]), (1.0, "s"))
    return f"{ceil(seconds / size)} {unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInfo:
    """One worker and whether its heartbeats are on time."""

    name: str
    state: WorkerState
    last_seen_at: datetime
    #: When its next heartbeat is due. It counts as gone `grace_s` later.
    next_by: datetime
    grace_s: float
    pid: int | None = None
    #: Queues it consumes; None when not reported yet.
    queues: tuple[str, ...] | None = None
    #: Number of tasks it can run at a time; None when not reported yet.
    slots: int | None = None
    #: Number of tasks it runs, according to its last heartbeat.
    active: int = 0
    #: Tasks that it runs, and that it has received and not started, by all that the collector knows.
    running: int = 0
    reserved: int = 0
    #: By the name of a task, how often it may start it, as "10/m".
    rate_limits: Mapping[str, str] = field(default_factory=dict)
    #: Whether its pool is the solo pool: it sends nothing while it runs a task, so its `grace_s` is long.
    is_solo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedTask:
    """A recently finished task: succeeded, failed, revoked, rejected or retried."""

    id: str
    outcome: str
    at: datetime
    #: The worker that said so.
    worker: str | None = None
    #: The exception, as text, of a failed task.
    error: str = ""
    #: Empty when it is not known.
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNote:
    """What the sender of a task noted. An empty text stands for "not known"."""

    name: str
    queue: str
    #: By the sender's clock.
    sent_at: datetime
    root_id: str = ""
    causal_id: str = ""
    #: If it still waits where the broker shows no message: about how many tasks are ahead of it, at least and
    #: at most, by when others were sent; None when that is not known.
    ahead: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedQueue:
    """How far a queue was searched for an asked task, which was not found there."""

    name: str
    #: How many of the tasks that wait in it were looked at.
    looked_at: int
    #: Whether these are those that were sent about when the task was; else they are the first of the queue.
    by_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All queues, tasks and workers at one moment, and how fresh and complete the data is."""

    at: datetime
    queues: tuple[QueueState, ...] = ()
    #: Running and lost tasks, and those of ended workers; longest running first.
    running: tuple[TaskInfo, ...] = ()
    #: Waiting tasks: reserved ones, then the first of each queue in order of delivery, then asked ones that
    #: were found further back, then those handed out.
    queued: tuple[TaskInfo, ...] = ()
    workers: tuple[WorkerInfo, ...] = ()
    #: Number of workers that ended more than five minutes ago and are no longer listed.
    former_workers: int = 0
    finished: tuple[FinishedTask, ...] = ()
    #: The queues that somebody paused, by name, as far as whoever read the snapshot looked.
    paused: Mapping[str, Pause] = field(default_factory=dict)
    #: Seconds after which the broker redelivers what is not acknowledged, counted from the delivery; None for
    #: a broker that does so when the connection of the worker ends, or when that is not known.
    visibility_timeout_s: float | None = None
    #: Messages delivered to workers and not acknowledged, all queues together; None when not known.
    unacked: int | None = None
    #: How many of them were read.
    unacked_read: int = 0
    #: Number of tasks that ended with their worker, whether they were read or not, and of those of them that
    #: are lost.
    ended_tasks: int = 0
    lost_tasks: int = 0
    #: Age of `unacked` in seconds, at most; None: it is exact.
    unacked_age_s: float | None = None
    #: What the broker itself keeps until it is due, the soonest first; None when not known.
    delayed_in_broker: tuple[DelayedTasks, ...] | None = None
    #: Whether the broker shows which tasks wait; RabbitMQ only counts them.
    heads_read: bool = True
    #: By name, the seconds that the last successful tasks took.
    run_times: Mapping[str, Sequence[float]] = field(default_factory=dict, repr=False, compare=False)
    #: Ids of the tasks that were looked for at the workers; None: all. Counts include the others.
    asked_tasks: frozenset[str] | None = None
    #: By id, what the senders of the asked tasks noted, as far as they noted it and it is kept.
    sent: Mapping[str, SentNote] = field(default_factory=dict)
    #: By id, the queues that were searched beyond their first tasks for asked tasks that were not found.
    searched: Mapping[str, tuple[SearchedQueue, ...]] = field(default_factory=dict)
    #: Whether the broker was read; else depths and waiting tasks are unknown, or as of `broker_read_at`.
    broker_read: bool = True
    #: When depths and waiting tasks were read that are kept from an earlier snapshot (`LastKnown`).
    broker_read_at: datetime | None = None
    #: Since when the broker, and the collector's state, can't be read, as far as this process knows.
    broker_unread_since: datetime | None = None
    state_unread_since: datetime | None = None
    #: When the collector last saved its state; None when it never did.
    collected_at: datetime | None = None
    #: Seconds since then, by the store's clock; None when it never did.
    collected_age_s: float | None = None
    #: When the collector promised to save its next state.
    next_by: datetime | None = None
    #: Whether the collector saves on time and is connected to the broker.
    fresh: bool = False
    #: What is unknown, and why.
    notes: tuple[Reason, ...] = ()

    @property
    def of_broker(self) -> Freshness:
        """How old depths, waits and waiting tasks are."""
        if self.broker_read:
            return Freshness(source=Source.BROKER, as_of=self.at, age_s=0.0, is_current=True)
        as_of = self.broker_read_at
        return Freshness(
            source=Source.BROKER,
            as_of=as_of,
            age_s=None if as_of is None else max(0.0, (self.at - as_of).total_seconds()),
            unread_since=self.broker_unread_since,
            why=self._why({BROKER_UNREAD}),
        )

    @property
    def of_collector(self) -> Freshness:
        """How old workers, the tasks that they have, and counts of these are."""
        return Freshness(
            source=Source.COLLECTOR,
            as_of=self.collected_at,
            age_s=self.collected_age_s,
            is_current=self.fresh,
            unread_since=self.state_unread_since,
            why=None if self.fresh else self._why(OUTDATED),
        )

    def _why(self, codes: AbstractSet[str]) -> Reason | None:
        return next((note for note in self.notes if note.code in codes), None)

    def tasks(self) -> Iterator[TaskInfo]:
        """Yield all tasks, running ones first."""
        yield from self.running
        yield from self.queued

    @property
    def tasks_at_workers(self) -> int:
        """How many tasks workers have, or had when they ended, whether they were read or not."""
        read = self.tasks_at_workers_read
        if self.asked_tasks is None:
            return read
        counted = sum(worker.running + worker.reserved for worker in self.workers)
        return max(read, counted + self.ended_tasks)

    @property
    def tasks_at_workers_read(self) -> int:
        """How many of these tasks were read."""
        return sum(task.worker is not None for task in self.tasks())

    def running_by_worker(self) -> Mapping[str, int]:
        """Return how many tasks each worker runs, whether the tasks themselves were read or not."""
        if self.asked_tasks is not None:
            return {worker.name: worker.running for worker in self.workers}
        return Counter(
            task.worker for task in self.running if task.worker and task.state is TaskState.RUNNING
        )

    def usual_s(self, name: str) -> float | None:
        """Return within how many seconds 95 % of the last successful tasks of this name ended.

        None if fewer than five are known.
        """
        times = sorted(self.run_times.get(name, ()))
        return times[ceil(0.95 * len(times)) - 1] if len(times) >= MIN_SAMPLES else None

    def find(self, task_id: str) -> TaskInfo | None:
        """Return the task with this id, or None."""
        return next((task for task in self.tasks() if task.id == task_id), None)

    def queue(self, name: str) -> QueueState | None:
        """Return the queue with this name, or None."""
        return next((queue for queue in self.queues if queue.name == name), None)

    def worker(self, name: str | None) -> WorkerInfo | None:
        """Return the worker with this name, or None."""
        return next((worker for worker in self.workers if worker.name == name), None)
