"""Records of agents: gaps and log messages. Each is stored once; old log messages are removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from django.db import transaction

from timelapse.cameras.changes import publish_change
from timelapse.cameras.models import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

#: How many log messages of a camera are kept, newest first.
LOGS_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """A record as reported by the agent."""

    record: str
    kind: Literal["gap", "log"]
    at: datetime
    clock: str
    data: Mapping[str, object] = field(default_factory=dict)
    begins_at: datetime | None = None
    ends_at: datetime | None = None


@transaction.atomic
def store_records(camera: UUID, records: Sequence[AgentRecord]) -> int:
    """Store each record once, and return how many are stored now: all of them."""
    rows = [
        Record(
            camera_id=camera,
            record=one.record,
            kind=one.kind,
            at=one.at,
            clock=one.clock,
            begins_at=one.begins_at,
            ends_at=one.ends_at,
            data=dict(one.data),
        )
        for one in records
    ]
    Record.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        publish_change(camera, "records")
    return len(rows)


def gaps_between(camera: UUID, since: datetime, until: datetime, *, at_most: int) -> list[Record]:
    """Return the reported gaps that overlap a period, newest first."""
    touching = Record.objects.filter(camera=camera, kind="gap", at__gte=since, begins_at__lte=until)
    return list(touching.order_by("-at")[:at_most])


def logs_of(camera: UUID, *, at_most: int) -> list[Record]:
    """Return a camera's newest log messages, oldest first."""
    return list(Record.objects.filter(camera=camera, kind="log").order_by("-at", "-pk")[:at_most])[::-1]


def trim_logs(cameras: Iterable[UUID], *, keep: int = LOGS_KEPT) -> int:
    """Remove each camera's log messages beyond the newest `keep`; return how many were removed."""
    removed = 0
    for camera in cameras:
        logs = Record.objects.filter(camera=camera, kind="log").order_by("-at", "-pk")
        oldest_kept = logs.values_list("at", flat=True)[keep - 1 : keep].first()
        if oldest_kept is not None:
            removed += logs.filter(at__lt=oldest_kept).delete()[0]
    return removed
