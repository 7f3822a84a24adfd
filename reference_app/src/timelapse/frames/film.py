"""A camera's timeline: frames counted by the database, gaps found in what it counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count, Func, Max, Min, TextField
from django.db.models.functions import Cast, Substr, TruncDay, TruncHour, TruncMinute

from timelapse.cameras.configuration import EVER, wished_until
from timelapse.cameras.domain import liveness
from timelapse.cameras.health import Health
from timelapse.cameras.models import Camera
from timelapse.cameras.records import gaps_between
from timelapse.frames.models import Frame
from timelapse.frames.plan import Plan
from timelapse.frames.timeline import SHOWN, Bucket, Gap, Known, Told, bucket_size, find_gaps

if TYPE_CHECKING:
    from uuid import UUID

#: So many of an agent's own gap records explain the gaps of one timeline, the newest.
_RECORDS: Final = 500
#: A wish reaches its agent with a heartbeat's answer; until then nobody can say which slots are its.
_HEARD: Final = timedelta(minutes=1)
#: By a bucket's size: how PostgreSQL cuts a moment, and how many letters SQLite's text of it has.
_CUTS: Final = {
    timedelta(minutes=1): (TruncMinute, 16),
    timedelta(hours=1): (TruncHour, 13),
    timedelta(days=1): (TruncDay, 10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A stretch of a camera's life."""

    since: datetime
    until: datetime
    size: timedelta
    expected: int
    buckets: list[Bucket]
    gaps: list[Gap]
    #: Gaps that were found beyond those given.
    more_gaps: int


def timeline_of(pk: UUID, since: datetime, until: datetime, *, now: datetime) -> Timeline:
    """Look at a stretch of a camera's life: five queries, whatever its length."""
    camera = Camera.objects.get(pk=pk)
    size = bucket_size(since, until)
    plans = _plans(camera, until)
    buckets = _buckets(camera, since, until, size)
    end = min(until, now)
    known = _known(camera, since, end, now)
    gaps = find_gaps(buckets, size, plans, _told(camera, since, until), known)
    return Timeline(
        since=since,
        until=until,
        size=size,
        expected=plans[-1].expected(size),
        buckets=buckets,
        gaps=gaps[-SHOWN:],
        more_gaps=max(0, len(gaps) - SHOWN),
    )


def _plans(camera: Camera, until: datetime) -> list[Plan]:
    """Read each wish for the time in which it counted: what was not wished yet was not missed."""
    wishes = wished_until(camera.pk, until)
    zone = Health.restored(camera.health).timezone
    ends = [since for since, _ in wishes[1:]] + [until]
    return [
        Plan.of(
            wish.interval_s,
            wish.schedule,
            during=(since + _HEARD if since > EVER else since, end),
            timezone=zone,
        )
        for (since, wish), end in zip(wishes, ends, strict=True)
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
    """Give the beginning of a frame's bucket.

    SQLite keeps moments as text in UTC: cutting that costs a fraction of the Python function by which Django
    truncates there.
    """
    truncate, letters = _CUTS[size]
    if connection.vendor == "sqlite":
        return Substr(Cast("captured_at", TextField()), 1, letters)
    return truncate("captured_at", tzinfo=UTC)


def _moment(cut: str | datetime) -> datetime:
    return datetime.fromisoformat(cut).replace(tzinfo=UTC) if isinstance(cut, str) else cut


def _told(camera: Camera, since: datetime, until: datetime) -> list[Told]:
    return [
        Told(
            reason=str(record.data.get("reason", "")),
            detail=str(record.data.get("detail", "")),
            begins_at=record.begins_at or record.at,
            ends_at=record.ends_at or record.at,
        )
        for record in gaps_between(camera.pk, since, until, at_most=_RECORDS)
    ]


def _known(camera: Camera, since: datetime, end: datetime, now: datetime) -> Known:
    before = Frame.objects.filter(camera=camera, captured_at__lt=since).order_by("-captured_at")
    health = Health.restored(camera.health)
    stalled = liveness(now, camera.next_by, camera.grace_s) == "stalled"
    waits = camera.spool_pending > 0 and health.oldest_at
    return Known(
        now=min(end, camera.revoked_at) if camera.revoked_at else end,
        since=since,
        newest_before=before.values_list("captured_at", flat=True).first(),
        oldest_waiting=datetime.fromisoformat(health.oldest_at) if waits else None,
        silent_since=camera.beat_at if stalled else None,
    )
