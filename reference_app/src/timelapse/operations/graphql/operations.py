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
from queue_insight.adapters.graphql import Queue, QueuedTask, Worker, from_snapshot
from timelapse.operations import queries
from timelapse.operations.graphql.run import Run
from timelapse.shared import conf, progress
from timelapse.shared.access import SIGNED_IN, filtered, needs, only
from timelapse.shared.graphql import BigInt, LiveUpdate, UpdateKind, kind_of, signed_in
from timelapse.shared.live import Event, needs_snapshot, watch
from timelapse.shared.single_flight import SingleFlight


def _starts_or_ends(event: Event) -> bool:
    """Whether a task started or ended, or a run changed."""
    return bool(event.get("starts_or_ends")) or "run" in event


def _run_id(run: RunRow) -> str:
    return relay.to_base64("Run", run.pk)


def _values(entry: object) -> object:
    """Return what is compared to find a change: rows are equal whatever their values are."""
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
_overview = SingleFlight(queries.overview)
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
    more: int = strawberry.field(description="How many tasks are not in `tasks`.")

    @strawberry.field(
        description="Long work that can be paused and resumed; empty without permission to view runs.",
        metadata=filtered(SIGNED_IN),
    )
    async def runs(self, info: Info) -> list[Run]:
        """Return the runs with what this user can do with them."""
        return cast("list[Run]", await sync_to_async(queries.runs)(signed_in(info)))

    @classmethod
    def from_value(cls, overview: queries.Overview) -> Self:
        """Return the overview in GraphQL types."""
        snapshot = from_snapshot(overview.snapshot)
        return cls(
            at=overview.at,
            queues=snapshot.queues,
            tasks=snapshot.tasks,
            holds=[Hold.from_value(hold) for hold in overview.holds],
            workers=snapshot.workers,
            more=snapshot.more,
        )

    def entries(self) -> dict[str, OperationsChange]:
        """Return all entries of the lists but the runs, by id."""
        entries: list[Queue | QueuedTask | Hold | Worker] = [
            *self.queues,
            *self.tasks,
            *self.holds,
            *self.workers,
        ]
        return {each.id: each for each in entries}


@strawberry.type(description="Which old frames are removed, and how much that would be now.")
class Retention:
    """See timelapse.frames.retention.Retention."""

    keep_all_days: int = strawberry.field(description="Days for which all frames are kept.")
    keep_every: int = strawberry.field(description="Of older frames, one of so many is kept.")
    frames: int = strawberry.field(description="How many frames would be removed now.")
    bytes: BigInt = strawberry.field(description="The size of these frames.")


OperationsChange = Annotated[Queue | QueuedTask | Hold | Worker | Run, strawberry.union("OperationsChange")]


@strawberry.type
class OperationsUpdate(LiveUpdate):
    """One message of `operationsUpdates`."""

    changed: list[OperationsChange]


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
        return Operations.from_value(await _overview())

    @strawberry.field(
        description="Running work that reports progress, most recently started first.", metadata=only(_VIEW)
    )
    async def in_progress(self, info: Info, limit: int = 50) -> InProgress:
        """Return a page of running work that this user can view."""
        return await _progress.in_progress(info, limit=limit)

    @strawberry.field(
        description="The retention of frames, and what it would remove; null while it is off.",
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
        """Compare with what was sent before when work starts or finishes, and with each heartbeat.

        Queues publish no changes, so the heartbeat reads them again.
        """
        heartbeat = conf.get().heartbeat_seconds / 2
        sent: dict[str, object] = {}
        seq = 0
        async for change in watch(
            progress.GROUP,
            queries.RUNS_GROUP,
            heartbeat_s=heartbeat,
            min_interval_s=_MIN_INTERVAL_S,
            accept=_starts_or_ends,
        ):
            seq += 1
            if needs_snapshot(change):
                sent = {}
            overview = await _overview(not_older_s=_HEARTBEAT_MAX_AGE_S if change is None else 0)
            operations = Operations.from_value(overview)
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
