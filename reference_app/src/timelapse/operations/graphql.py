"""What is going on, for whoever operates the app."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Self

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types import Info

from eliot_progress.adapters.graphql import Progress
from eliot_progress.adapters.graphql import from_state as progress_from_state
from fsmlock.adapters.graphql import Hold
from queue_insight.adapters.graphql import Queue, QueuedTask, from_snapshot
from timelapse.operations import queries
from timelapse.shared import conf
from timelapse.shared.graphql import UpdateKind, signed_in
from timelapse.shared.live import watch

GROUP = "operations"


@strawberry.type(description="Queues, tasks, holds and progress at one moment.")
class Operations:
    """Queues, tasks, holds and progress at one moment."""

    at: datetime
    queues: list[Queue]
    tasks: list[QueuedTask]
    holds: list[Hold]
    progresses: list[Progress]
    workers: list[str]

    @classmethod
    def from_value(cls, overview: queries.Overview) -> Self:
        """Show the overview."""
        shown = from_snapshot(overview.snapshot)
        now = time.time()
        return cls(
            at=overview.at,
            queues=shown.queues,
            tasks=shown.tasks,
            holds=[Hold.from_value(hold) for hold in overview.holds],
            progresses=[progress_from_state(state, now) for state in overview.progresses],
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
        return Operations.from_value(await sync_to_async(queries.overview)())

    @strawberry.field(
        description="Where the log is read, to be followed by a causal id; null for those who may not."
    )
    async def log_address(self, info: Info) -> str | None:
        """The explorer in the admin, for who may read the log there."""
        return await sync_to_async(queries.log_address)(signed_in(info))


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(description="What is going on: a snapshot, then one whenever something changes.")
    async def operations_updates(self, info: Info) -> AsyncGenerator[OperationsUpdate, None]:
        """Look again at each change, and at each beat, since queues change without telling."""
        await sync_to_async(signed_in)(info)
        beat = conf.get().beat_seconds / 2
        seq = 0
        async for change in watch(GROUP, beat=beat):
            seq += 1
            kind = (
                UpdateKind.SNAPSHOT if seq == 1 else UpdateKind.BEAT if change is None else UpdateKind.DELTA
            )
            overview = await sync_to_async(queries.overview)()
            yield OperationsUpdate(
                kind=kind, seq=seq, beat_seconds=beat, operations=Operations.from_value(overview)
            )
