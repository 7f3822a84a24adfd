"""A camera's timeline: frames counted by the database, and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count, Func, Max, Min, TextField
from django.db.models.functions import Cast, Substr, TruncDay, TruncHour, TruncMinute

from camera_agent.protocol.settings import Schedule
from timelapse.cameras.configuration import BEGINNING, configurations_until
from timelapse.cameras.domain import liveness
from timelapse.cameras.health import Health
from timelapse.cameras.models import Camera
from timelapse.cameras.records import gaps_between
from timelapse.frames.capture_schedule import CaptureSchedule
from timelapse.frames.gaps import SHOWN, Bucket, CameraState, Gap, ReportedGap, bucket_size, find_gaps
from timelapse.frames.models import Frame

if TYPE_CHECKING:
    from uuid import UUID

#: How many reported gaps explain the gaps of one timeline, newest first.
_RECORDS: Final = 500
#: Settings reach the agent with a heartbeat's answer; until then its slots are not known.
_DELIVERY_TIME: Final = timedelta(minutes=1)
#: By bucket size: how PostgreSQL truncates a moment, and the length of the same prefix in SQLite's text.
_CUTS: Final = {
    timedelta(minutes=1): (TruncMinute, 16),
    timedelta(hours=1): (TruncHour, 13),
    timedelta(days=1): (TruncDay, 10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A period of a camera: frames per bucket, and gaps."""

    since: datetime
    until: datetime
    size: timedelta
    expected: int
    buckets: list[Bucket]
    gaps: list[Gap]
    #: How many older gaps were found besides.
    more_gaps: int


def timeline_of(pk: UUID, since: datetime, until: datetime, *, now: datetime) -> Timeline:
    """Return a camera's timeline. Takes five queries, whatever its length."""
    camera = Camera.objects.get(pk=pk)
    size = bucket_size(since, until)
    schedules = _schedules(camera, until)
    buckets = _buckets(camera, since, until, size)
    end = min(until, now)
    state = _camera_state(camera, since, end, now)
    gaps = find_gaps(buckets, size, schedules, _reported_gaps(camera, since, until), state)
    return Timeline(
        since=since,
        until=until,
        size=size,
        expected=schedules[-1].expected(size),
        buckets=buckets,
        gaps=gaps[-SHOWN:],
        more_gaps=max(0, len(gaps) - SHOWN),
    )


def _schedules(camera: Camera, until: datetime) -> list[CaptureSchedule]:
    """Return each configuration's schedule, limited to the period in which it applied."""
    configured = configurations_until(camera.pk, until)
    zone = Health.from_json(camera.health).timezone
    ends = [since for since, _ in configured[1:]] + [until]
    return [
        CaptureSchedule(
            interval_s=settings.interval_s,
            schedule=settings.schedule or Schedule(),
            timezone=zone or "UTC",
            during=(since + _DELIVERY_TIME if since > BEGINNING else since, end),
        )
        for (since, settings), end in zip(configured, ends, strict=True)
    ]


def _buckets(camera: Camera, since: datetime, until: datetime, size: timedelta) -> list[Bucket]:
    theirs = Frame.objects.filter(camera=camera, captured_at__gte=since, captured_at__lt=until)
    rows = (
        theirs.order_by()
        .values(cut=_cut(size))
        .annotate(n=Count("pk"), first=Min("captured_at"), last=Max("captured_at"))
        .order_by("first")
    )
    return [
        Bucket(at=_moment(row["cut"]), frames=row["n"], first=row["first"], last=row["last"]) for row in rows
    ]


def _cut(size: timedelta) -> Func:
    """Return the expression for the start of a frame's bucket.

    SQLite stores moments as text in UTC; a prefix of it is much faster than Django's truncation, which
    calls a Python function per row.
    """
    truncate, letters = _CUTS[size]
    if connection.vendor == "sqlite":
        return Substr(Cast("captured_at", TextField()), 1, letters)
    return truncate("captured_at", tzinfo=UTC)


def _moment(cut: str | datetime) -> datetime:
    return datetime.fromisoformat(cut).replace(tzinfo=UTC) if isinstance(cut, str) else cut


def _reported_gaps(camera: Camera, since: datetime, until: datetime) -> list[ReportedGap]:
    return [
        ReportedGap(
            reason=str(record.data.get("reason", "")),
            detail=str(record.data.get("detail", "")),
            begins_at=record.begins_at or record.at,
            ends_at=record.ends_at or record.at,
        )
        for record in gaps_between(camera.pk, since, until, at_most=_RECORDS)
    ]


def _camera_state(camera: Camera, since: datetime, end: datetime, now: datetime) -> CameraState:
    before = Frame.objects.filter(camera=camera, captured_at__lt=since).order_by("-captured_at")
    health = Health.from_json(camera.health)
    stalled = liveness(now, camera.next_by, camera.grace_s) == "stalled"
    waits = camera.spool_pending > 0 and health.oldest_at
    return CameraState(
        now=min(end, camera.revoked_at) if camera.revoked_at else end,
        since=since,
        newest_before=before.values_list("captured_at", flat=True).first(),
        oldest_waiting=datetime.fromisoformat(health.oldest_at) if waits else None,
        silent_since=camera.heartbeat_at if stalled else None,
    )
