"""How many frames there are in each local day or hour."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db import connection
from django.db.models import Count, Func, QuerySet, TextField
from django.db.models.functions import Cast, Substr, TruncHour, TruncMinute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from timelapse.frames.models import Frame

By = Literal["day", "hour"]
#: The longest period that is counted, by the length of what is counted.
LONGEST: Final[dict[By, timedelta]] = {"day": timedelta(days=4000), "hour": timedelta(days=62)}
_HOUR: Final = timedelta(hours=1)
#: How many letters of a moment in SQLite's text name its hour, its ten minutes and its minute.
_LETTERS: Final = {timedelta(hours=1): 13, timedelta(minutes=10): 15, timedelta(minutes=1): 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCount:
    """How many frames were captured from a moment of the local clock on, for a day or an hour."""

    at: datetime
    frames: int


def count_frames(
    frames: QuerySet[Frame], by: By, since: datetime, until: datetime, zone: tzinfo
) -> list[FrameCount]:
    """Count a camera's frames by the clock of a time zone, in one query.

    Days and hours without a frame are left out. The database counts in pieces of UTC that no
    local day or hour cuts in two.
    """
    within = frames.filter(captured_at__gte=since, captured_at__lt=until)
    rows = pieces_of(within, since, until, zone).annotate(n=Count("pk")).values_list("cut", "n")
    return folded(((_moment(cut), n) for cut, n in rows), by, zone)


def pieces_of(
    frames: QuerySet[Frame], since: datetime, until: datetime, zone: tzinfo
) -> QuerySet[Frame, Any]:
    """Group frames of a period by ``cut``, into pieces of UTC that no local day or hour cuts in two."""
    return frames.order_by().values(cut=_cut(_piece(since, until, zone)))


def folded(pieces: Iterable[tuple[datetime, int]], by: By, zone: tzinfo) -> list[FrameCount]:
    """Add counts of pieces of UTC up to local days or hours, oldest first.

    An hour that the local clock repeats in autumn is two hours.
    """
    total: Counter[datetime] = Counter()
    for at, frames in pieces:
        total[_beginning(at, by, zone)] += frames
    return [FrameCount(at=at.astimezone(zone), frames=total[at]) for at in sorted(total)]


def _beginning(at: datetime, by: By, zone: tzinfo) -> datetime:
    """Return when the local day or hour of a moment began, in UTC."""
    local = at.astimezone(zone)
    if by == "day":
        return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
    return at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _piece(since: datetime, until: datetime, zone: tzinfo) -> timedelta:
    """Return the largest piece of UTC that divides all of the zone's offsets in a period."""
    days = range((until - since).days + 2)
    offsets = {(since + timedelta(days=day)).astimezone(zone).utcoffset() or timedelta() for day in days}
    fits = (size for size in _LETTERS if all(offset % size == timedelta() for offset in offsets))
    return next(fits, min(_LETTERS))


def _cut(size: timedelta) -> Func:
    """Return the expression for the beginning of a frame's piece.

    In SQLite a prefix of the text is much faster than Django's truncation, a Python function for each row.
    """
    if connection.vendor == "sqlite":
        return Substr(Cast("captured_at", TextField()), 1, _LETTERS[size])
    truncate = TruncHour if size == _HOUR else TruncMinute
    return truncate("captured_at", tzinfo=UTC)


def _moment(cut: str | datetime) -> datetime:
    # "2026-11-23 12:3" are ten minutes.
    text = f"{cut}0" if isinstance(cut, str) and len(cut) == _LETTERS[timedelta(minutes=10)] else cut
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if isinstance(text, str) else text
