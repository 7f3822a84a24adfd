"""Strawberry types of a snapshot, and the functions that create them."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, cast

import strawberry

from queue_insight.freshness import in_words
from queue_insight.periodic_state import PeriodicState
from queue_insight.snapshot import QueueState
from queue_insight.worker_states import ENDED

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from queue_insight.failures import FailureGroup
    from queue_insight.freshness import Freshness as FreshnessValue
    from queue_insight.periodic import PeriodicTask as PeriodicTaskValue
    from queue_insight.periodic_state import Span
    from queue_insight.snapshot import Snapshot, TaskInfo, WorkerInfo


@strawberry.type(description="How old what it stands beside is.")
class Freshness:
    """`queue_insight.freshness.Freshness` for GraphQL."""

    as_of: datetime | None = strawberry.field(description="When it was true; null: it is not known at all.")
    age_seconds: float | None
    is_current: bool = strawberry.field(
        description="Whether it is as new as it should be: the broker was read, the collector saves on time."
    )
    unread_since: datetime | None = strawberry.field(
        default=None,
        description="Since when the broker, or the collector's state, can't be read, as far as this server "
        "knows; null while it can.",
    )
    words: str = strawberry.field(
        default="", description="All of this in a sentence, with instants in ISO 8601."
    )
    why: str = strawberry.field(
        default="", description="Why it is not current, and what to do; empty if it is, or if nobody knows."
    )


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
    #: Of depth and wait.
    freshness: Freshness
    #: Of what workers are known to run.
    workers_freshness: Freshness
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
    sent_at: datetime | None
    started_at: datetime | None
    #: Earliest start.
    eta: datetime | None
    #: How many tasks are ahead of it in its queue; null when it is not in the broker.
    position: int | None
    state: str
    freshness: Freshness


@strawberry.type(description="A worker, and whether its heartbeats are on time.")
class Worker:
    """`WorkerInfo` for GraphQL."""

    id: strawberry.ID
    name: str
    state: str
    last_seen_at: datetime
    #: When its next heartbeat is due.
    next_by: datetime
    #: How many tasks it can run at a time; null when not known.
    slots: int | None
    #: How many it runs, and has received and not started.
    running: int
    reserved: int
    #: Null when not known.
    queues: list[str] | None
    freshness: Freshness


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
    freshness: Freshness


@strawberry.type(description="When something happened: not before `start`, and not after `end`.")
class TimeSpan:
    """`Span` for GraphQL."""

    start: datetime
    end: datetime


strawberry.enum(PeriodicState, description="Whether a periodic task comes as its schedule says.")


@strawberry.type(description="A task that celery beat sends by a schedule.")
class PeriodicTask:
    """`queue_insight.periodic.PeriodicTask` for GraphQL; null means "not seen" or "not known"."""

    id: strawberry.ID
    #: Its name in the schedule.
    entry: str
    name: str
    #: As "every 5 s" or "0 3 * * *".
    schedule: str
    state: PeriodicState
    place: int = strawberry.field(
        description="The place of its state; a list is in the order of places, then in that of entries."
    )
    #: Why it is not on time, or why that is not known, and what to do; empty when it is.
    why: str
    remedy: str
    last_sent: TimeSpan | None
    last_run: TimeSpan | None
    #: When it is due next, or was due if it is late.
    due: datetime | None
    #: How its runs of the last 24 hours ended.
    succeeded: int
    failed: int


class GraphQLSnapshot(NamedTuple):
    """A snapshot in GraphQL types."""

    queues: list[Queue]
    #: Running and lost tasks first, then waiting ones.
    tasks: list[QueuedTask]
    #: All but those that have ended.
    workers: list[Worker]
    #: Tasks that were counted, but not read: waiting ones and those that workers have.
    more: int
    #: Tasks that the broker keeps until they are due, for all queues; None when not known.
    delayed: int | None
    #: How old queues and waiting tasks are, and workers and the tasks that they have.
    of_broker: Freshness
    of_collector: Freshness


def from_snapshot(found: Snapshot) -> GraphQLSnapshot:
    """Return the snapshot in GraphQL types."""
    waiting = sum(each.depth or 0 for each in found.queues) - sum(
        each.position is not None for each in found.queued
    )
    at_workers = found.tasks_at_workers - found.tasks_at_workers_read
    of_broker, of_collector = freshness(found.of_broker), freshness(found.of_collector)
    return GraphQLSnapshot(
        queues=[queue(each, of_broker, of_collector) for each in found.queues],
        tasks=[task(each, of_broker if each.worker is None else of_collector) for each in found.tasks()],
        workers=[worker(each, of_collector) for each in found.workers if each.state not in ENDED],
        more=waiting + at_workers,
        delayed=None
        if found.delayed_in_broker is None
        else sum(each.count for each in found.delayed_in_broker),
        of_broker=of_broker,
        of_collector=of_collector,
    )


def content(entry: object) -> tuple[object, ...]:
    """Return the values of an entry without its freshness: what is compared to find a change."""
    # A field with a resolver is no argument of `__init__`, and follows from the others.
    return tuple(
        getattr(entry, field.name)
        for field in fields(cast("DataclassInstance", entry))
        if field.init and not field.name.endswith("freshness")
    )


def freshness(value: FreshnessValue) -> Freshness:
    """Return how old a figure is."""
    return Freshness(
        as_of=value.as_of,
        age_seconds=value.age_s,
        is_current=value.is_current,
        unread_since=value.unread_since,
        words=in_words(value),
        why=f"{value.why.message} {value.why.remedy}".strip() if value.why else "",
    )


def queue(state: QueueState, of_broker: Freshness, of_collector: Freshness) -> Queue:
    """Return one queue."""
    return Queue(
        id=strawberry.ID(f"Queue:{state.name}"),
        name=state.name,
        depth=state.depth,
        running=state.running,
        oldest_wait_seconds=state.oldest_wait_s,
        freshness=of_broker,
        workers_freshness=of_collector,
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


def worker(info: WorkerInfo, of_collector: Freshness) -> Worker:
    """Return one worker."""
    return Worker(
        id=strawberry.ID(f"Worker:{info.name}"),
        name=info.name,
        state=info.state.value,
        last_seen_at=info.last_seen_at,
        next_by=info.next_by,
        slots=info.slots,
        running=info.running,
        reserved=info.reserved,
        queues=None if info.queues is None else list(info.queues),
        freshness=of_collector,
    )


def task(info: TaskInfo, fresh: Freshness) -> QueuedTask:
    """Return one task."""
    return QueuedTask(
        id=strawberry.ID(info.id),
        name=info.name,
        queue=info.queue,
        worker=info.worker,
        sent_at=info.sent_at,
        started_at=info.started_at,
        eta=info.eta,
        position=info.position,
        state=info.state.value,
        freshness=fresh,
    )


def task_failures(group: FailureGroup, fresh: Freshness) -> TaskFailures:
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
        freshness=fresh,
    )


def periodic_task(found: PeriodicTaskValue) -> PeriodicTask:
    """Return one periodic task."""
    return PeriodicTask(
        id=strawberry.ID(f"PeriodicTask:{found.entry}"),
        entry=found.entry,
        name=found.task,
        schedule=found.schedule,
        state=found.state,
        place=found.state.place,
        why=found.reason.message if found.reason else "",
        remedy=found.reason.remedy if found.reason else "",
        last_sent=_span(found.last_sent),
        last_run=_span(found.last_run),
        due=found.due,
        succeeded=found.succeeded,
        failed=found.failed,
    )


def _span(span: Span | None) -> TimeSpan | None:
    return None if span is None else TimeSpan(start=span.start, end=span.end)
