"""Queues, tasks, holds, runs and progress, once and live."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Self, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info

from eliot_progress import TaskState
from eliot_progress.adapters.graphql import InProgress, Progress
from eliot_progress.adapters.resolvers import ProgressResolvers, User
from fsmlock.adapters.graphql import Hold
from fsmlock.models import Run as RunRow
from queue_insight.adapters.graphql import (
    Freshness,
    PeriodicTask,
    Queue,
    QueuedTask,
    TaskFailures,
    Worker,
    content,
    from_snapshot,
    periodic_task,
)
from queue_insight.adapters.resolvers import Connection, QueueResolvers
from queue_insight.adapters.resolvers import User as Viewer
from timelapse.operations import queries
from timelapse.operations.graphql.run import Run
from timelapse.shared import conf, progress
from timelapse.shared.access import SIGNED_IN, filtered, needs, only
from timelapse.shared.graphql import BigInt, LiveUpdate, UpdateKind, kind_of, signed_in
from timelapse.shared.live import Event, needs_snapshot, watch
from timelapse.shared.single_flight import SingleFlight


def _starts_or_ends(event: Event) -> bool:
    """Whether a task started or ended, a run changed, or the collector has seen something happen."""
    return bool(event.get("starts_or_ends")) or "run" in event or "queues" in event


def _run_id(run: RunRow) -> str:
    return relay.to_base64("Run", run.pk)


def _values(entry: object) -> object:
    """Return what is compared to find a change: rows are equal whatever their values are."""
    if isinstance(entry, Queue | QueuedTask | Worker | PeriodicTask):
        return content(entry)
    if not isinstance(entry, RunRow):
        return entry
    return tuple(getattr(entry, field.attname) for field in entry._meta.concrete_fields)


def _is_signed_in(user: User | None, _state: TaskState) -> bool:
    return user is not None and user.is_active


_progress = ProgressResolvers(
    progress.store(),
    can_view=_is_signed_in,
    changes=progress.changes,
    beat_s=conf.get().heartbeat_seconds / 2,
)
_VIEW = needs("operations.view_operations")


def _can_view_operations(user: Viewer | None) -> bool:
    return user is not None and user.is_active and user.has_perm("operations.view_operations")


_queues = QueueResolvers(can_view=_can_view_operations)
_overview = SingleFlight(queries.overview)
_periodic = SingleFlight(queries.periodic_tasks)
#: Minimum seconds between two messages to one viewer, since many tasks may start and finish in a second.
_MIN_INTERVAL_S = 0.2
#: Maximum age in seconds of an overview sent with a heartbeat, so that many viewers share one.
_HEARTBEAT_MAX_AGE_S = 0.5


@strawberry.type(description="Queues, tasks and holds at one moment.")
class Operations:
    """Queues, tasks and holds at one moment."""

    at: datetime
    queues: list[Queue]
    tasks: list[QueuedTask]
    holds: list[Hold]
    workers: list[Worker]
    periodic_tasks: list[PeriodicTask] = strawberry.field(
        description="What celery beat sends by a schedule, those in trouble first; at most 15 s old."
    )
    more: int = strawberry.field(description="How many tasks are not in `tasks`.")
    broker_freshness: Freshness
    workers_freshness: Freshness

    @strawberry.field(
        description="Long work that can be paused and resumed; empty without permission to view runs.",
        metadata=filtered(SIGNED_IN),
    )
    async def runs(self, info: Info) -> list[Run]:
        """Return the runs with what this user can do with them."""
        return cast("list[Run]", await sync_to_async(queries.runs)(signed_in(info)))

    @classmethod
    async def read(cls, *, not_older_s: float = 0.0) -> Self:
        """Return the overview; concurrent requests share one read."""
        overview = await _overview(not_older_s=not_older_s)
        periodic = await _periodic(not_older_s=queries.PERIODIC_MAX_AGE.total_seconds())
        snapshot = from_snapshot(overview.snapshot)
        return cls(
            at=overview.at,
            queues=snapshot.queues,
            tasks=snapshot.tasks,
            holds=[Hold.from_value(hold) for hold in overview.holds],
            workers=snapshot.workers,
            periodic_tasks=[periodic_task(each) for each in periodic],
            more=snapshot.more,
            broker_freshness=snapshot.of_broker,
            workers_freshness=snapshot.of_collector,
        )

    def entries(self) -> dict[str, OperationsChange]:
        """Return all entries of the lists but the runs, by id."""
        entries: list[Queue | QueuedTask | Hold | Worker | PeriodicTask] = [
            *self.queues,
            *self.tasks,
            *self.holds,
            *self.workers,
            *self.periodic_tasks,
        ]
        return {each.id: each for each in entries}


@strawberry.type(description="Which old frames are removed, and how much that would be now.")
class Retention:
    """See timelapse.frames.retention.Retention."""

    keep_all_days: int = strawberry.field(description="Days for which all frames are kept; 0: for ever.")
    keep_every: int = strawberry.field(description="Of older frames, one of so many is kept.")
    timelapses: int = strawberry.field(description="How many timelapses have a retention of their own.")
    frames: int = strawberry.field(description="How many frames would be removed now.")
    bytes: BigInt = strawberry.field(description="The size of these frames.")


OperationsChange = Annotated[
    Queue | QueuedTask | Hold | Worker | PeriodicTask | Run, strawberry.union("OperationsChange")
]


@strawberry.type
class OperationsUpdate(LiveUpdate):
    """One message of `operationsUpdates`."""

    changed: list[OperationsChange]
    broker_freshness: Freshness = strawberry.field(
        description="How old queues and waiting tasks are, also those that are not in `changed`."
    )
    workers_freshness: Freshness = strawberry.field(
        description="How old workers and their tasks are, also those that are not in `changed`."
    )


@strawberry.type
class InProgressUpdate(LiveUpdate):
    """One message of `inProgressUpdates`."""

    changed: list[Progress]


@strawberry.type
class Query:
    """Queries of the operations page."""

    @strawberry.field(description="Queues, tasks and holds now.", metadata=only(_VIEW))
    async def operations(self) -> Operations:
        """Return the overview; concurrent requests share one read."""
        return await Operations.read()

    queues: Connection[Queue] = strawberry.field(
        resolver=_queues.queues, description="Queues in the order of their names.", metadata=only(_VIEW)
    )
    waiting_tasks: Connection[QueuedTask] = strawberry.field(
        resolver=_queues.waiting_tasks,
        description="Tasks that wait in a queue, in order of delivery.",
        metadata=only(_VIEW),
    )
    running_tasks: Connection[QueuedTask] = strawberry.field(
        resolver=_queues.running_tasks,
        description="Running tasks, and those that ended with their worker, in the order of their ids.",
        metadata=only(_VIEW),
    )
    workers: Connection[Worker] = strawberry.field(
        resolver=_queues.workers, description="Workers in the order of their names.", metadata=only(_VIEW)
    )
    task_failures: Connection[TaskFailures] = strawberry.field(
        resolver=_queues.task_failures,
        description="Groups of failures, the one that failed last first.",
        metadata=only(_VIEW),
    )

    @strawberry.field(
        description="Running work that reports progress, most recently started first.", metadata=only(_VIEW)
    )
    async def in_progress(self, info: Info, limit: int = 50) -> InProgress:
        """Return a page of running work that this user can view."""
        return await _progress.in_progress(info, limit=limit)

    @strawberry.field(
        description="The retention of frames, and what it would remove; null while all are kept for ever.",
        metadata=only(_VIEW),
    )
    async def retention(self) -> Retention | None:
        """Count it."""
        found = await sync_to_async(queries.retention_forecast)()
        if found is None:
            return None
        return Retention(
            keep_all_days=found.keep_all_days,
            keep_every=found.keep_every,
            timelapses=found.timelapses,
            frames=found.removal.frames,
            bytes=BigInt(found.removal.bytes),
        )

    @strawberry.field(
        description="URL of the log explorer, to be followed by a causal id; null without permission.",
        metadata=only(SIGNED_IN),
    )
    async def log_url(self, info: Info) -> str | None:
        """Return the URL of the explorer in the admin."""
        return await sync_to_async(queries.log_url)(signed_in(info))


@strawberry.type
class Subscription:
    """Subscriptions of the operations page."""

    @strawberry.subscription(
        description="Queues, tasks, workers, holds and runs: a snapshot, then what has changed.",
        metadata=only(_VIEW),
    )
    async def operations_updates(self, info: Info) -> AsyncGenerator[OperationsUpdate, None]:
        """Compare with what was sent before when something happens, and with each heartbeat.

        What a broker holds changes without an event, so the heartbeat reads it again.
        """
        heartbeat = conf.get().heartbeat_seconds / 2
        sent: dict[str, object] = {}
        seq = 0
        async for change in watch(
            progress.GROUP,
            queries.RUNS_GROUP,
            queries.QUEUES_GROUP,
            heartbeat_s=heartbeat,
            min_interval_s=_MIN_INTERVAL_S,
            accept=_starts_or_ends,
        ):
            seq += 1
            if needs_snapshot(change):
                sent = {}
            operations = await Operations.read(not_older_s=_HEARTBEAT_MAX_AGE_S if change is None else 0)
            runs = {_run_id(run): run for run in await sync_to_async(queries.runs)(signed_in(info))}
            entries = operations.entries() | cast("dict[str, OperationsChange]", runs)
            now = {key: _values(each) for key, each in entries.items()}
            yield OperationsUpdate(
                kind=kind_of(change),
                seq=seq,
                heartbeat_seconds=heartbeat,
                changed=[each for key, each in entries.items() if sent.get(key) != now[key]],
                gone=[strawberry.ID(key) for key in sent if key not in now],
                more=operations.more,
                broker_freshness=operations.broker_freshness,
                workers_freshness=operations.workers_freshness,
            )
            sent = now

    @strawberry.subscription(
        description="Running work that reports progress: a page, then each change.", metadata=only(_VIEW)
    )
    async def in_progress_updates(
        self, info: Info, limit: int = 50
    ) -> AsyncGenerator[InProgressUpdate, None]:
        """Send a page of running work, then each change."""
        async for update in _progress.in_progress_updates(info, limit=limit):
            yield InProgressUpdate(
                kind=UpdateKind[update.kind.name],
                seq=update.seq,
                heartbeat_seconds=update.heartbeat_seconds,
                changed=update.changed,
                gone=update.gone,
                more=update.more,
            )
