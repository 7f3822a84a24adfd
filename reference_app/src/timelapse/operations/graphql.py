"""What is going on, for whoever operates the app."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Self

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types import Info

from eliot_progress import TaskState
from eliot_progress.adapters.channels import changes
from eliot_progress.adapters.graphql import InProgress, InProgressUpdate
from eliot_progress.adapters.resolvers import ProgressResolvers, User
from fsmlock.adapters.graphql import Hold
from queue_insight.adapters.graphql import Queue, QueuedTask, from_snapshot
from timelapse.operations import queries
from timelapse.shared import conf
from timelapse.shared.graphql import UpdateKind, signed_in
from timelapse.shared.live import watch
from timelapse.shared.progress import store
from timelapse.shared.single_flight import SingleFlight

GROUP = "operations"


def _whoever_is_signed_in(user: User | None, _state: TaskState) -> bool:
    return user is not None and user.is_active


_progress = ProgressResolvers(
    store(), can_view=_whoever_is_signed_in, changes=changes, beat_s=conf.get().beat_seconds / 2
)
_overview = SingleFlight(queries.overview)
#: Many tasks may begin and end in a second; a viewer is shown at most so many moments of it, in seconds.
_LEAST_S = 0.2
#: What only a beat asks for may be as old as this, in seconds: so that many watchers beat together.
_OLD_ENOUGH_S = 0.5


@strawberry.type(description="Queues, tasks and holds at one moment.")
class Operations:
    """Queues, tasks and holds at one moment."""

    at: datetime
    queues: list[Queue]
    tasks: list[QueuedTask]
    holds: list[Hold]
    workers: list[str]

    @classmethod
    def from_value(cls, overview: queries.Overview) -> Self:
        """Show the overview."""
        shown = from_snapshot(overview.snapshot)
        return cls(
            at=overview.at,
            queues=shown.queues,
            tasks=shown.tasks,
            holds=[Hold.from_value(hold) for hold in overview.holds],
            workers=shown.workers,
        )


@strawberry.type
class OperationsUpdate:
    """One message of `operationsUpdates`."""

    kind: UpdateKind
    seq: int
    beat_seconds: float
    operations: Operations


@strawberry.type
class Query:
    """Reads of this app."""

    @strawberry.field(description="What is going on now.")
    async def operations(self, info: Info) -> Operations:
        """Look once."""
        signed_in(info)
        return Operations.from_value(await _overview())

    @strawberry.field(description="The work that reports progress now, the last started first.")
    async def in_progress(self, info: Info, limit: int = 50) -> InProgress:
        """Ask the board."""
        signed_in(info)
        return await _progress.in_progress(info, limit=limit)

    @strawberry.field(
        description="Where the log is read, to be followed by a causal id; null for those who may not."
    )
    async def log_address(self, info: Info) -> str | None:
        """The explorer in the admin, for who may read the log there."""
        return await sync_to_async(queries.log_address)(signed_in(info))


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(description="Queues, tasks and holds: a snapshot, then one at each change.")
    async def operations_updates(self, info: Info) -> AsyncGenerator[OperationsUpdate, None]:
        """Look again when work begins or ends, and at each beat, since queues change without telling."""
        await sync_to_async(signed_in)(info)
        beat = conf.get().beat_seconds / 2
        seq = 0
        async for change in watch(GROUP, beat=beat, least=_LEAST_S):
            seq += 1
            kind = (
                UpdateKind.SNAPSHOT if seq == 1 else UpdateKind.BEAT if change is None else UpdateKind.DELTA
            )
            overview = await _overview(not_older_s=_OLD_ENOUGH_S if change is None else 0)
            yield OperationsUpdate(
                kind=kind, seq=seq, beat_seconds=beat, operations=Operations.from_value(overview)
            )

    @strawberry.subscription(description="The work that reports progress: a page of it, then what changes.")
    async def in_progress_updates(
        self, info: Info, limit: int = 50
    ) -> AsyncGenerator[InProgressUpdate, None]:
        """Follow the board."""
        await sync_to_async(signed_in)(info)
        async for update in _progress.in_progress_updates(info, limit=limit):
            yield update
