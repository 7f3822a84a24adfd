"""Which frames of a timelapse a keogram is made of: one for each column, counted out by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count, Func, Max, Min, Sum, TextField
from django.db.models.functions import Cast, Substr, TruncMinute, TruncSecond

from timelapse.frames.counts import pieces_of
from timelapse.rendering.keogram.axis import Axis

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from django.db.models import QuerySet

    from timelapse.frames.models import Frame
    from timelapse.timelapses.models import Timelapse

#: The last days that a strip shows.
MOST_DAYS: Final = 1000
_DAY: Final = timedelta(days=1)
#: Of the frames within this time the first is a candidate for a column, by how many letters of SQLite's text
#: name it, and by how PostgreSQL cuts.
_PIECES: Final = ((timedelta(minutes=1), 16, TruncMinute), (timedelta(seconds=1), 19, TruncSecond))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What tells one content of a stretch from another: a frame that came, left or moved changes it."""

    frames: int = 0
    ids: int = 0
    first: datetime | None = None
    last: datetime | None = None

    @property
    def tag(self) -> str:
        """The content in a few letters."""
        ends = "-".join("" if end is None else f"{end.timestamp():.6f}" for end in (self.first, self.last))
        return f"{self.frames}-{self.ids}-{ends}"

    def with_more(self, other: Content) -> Content:
        """Return both contents together."""
        firsts = [each for each in (self.first, other.first) if each is not None]
        lasts = [each for each in (self.last, other.last) if each is not None]
        return Content(
            frames=self.frames + other.frames,
            ids=self.ids + other.ids,
            first=min(firsts, default=None),
            last=max(lasts, default=None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenFrame:
    """A frame that a column shows, and the path of its thumbnail, relative to the media root."""

    pk: int
    captured_at: datetime
    thumbnail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The frames of a stretch, in order, and the content that they were chosen from."""

    timelapse: int
    axis: Axis
    zone: ZoneInfo
    content: Content
    frames: tuple[ChosenFrame, ...]

    @property
    def is_day(self) -> bool:
        """Whether the stretch is a whole local day."""
        return self.axis == Axis.of_day(self.axis.begin, self.zone)


def content_of(timelapse: Timelapse, axis: Axis) -> Content:
    """Return the content of a stretch, without hidden frames, in one query."""
    found = _within(timelapse, axis).aggregate(**_CONTENT)
    return Content(**found | {"ids": found["ids"] or 0})


def choose(timelapse: Timelapse, axis: Axis, zone: ZoneInfo) -> Chosen:
    """Choose the frames of a stretch, in three queries, however many frames there are.

    Of frames with the same time, the one with the lowest sequence number.
    """
    content = content_of(timelapse, axis)
    frames = _within(timelapse, axis)
    _, letters, truncate = next(piece for piece in _PIECES if piece[0] <= axis.slot)
    candidates = frames.values(cut=_cut(letters, truncate)).annotate(at=Min("captured_at")).order_by("at")
    moments = _one_of_each_slot(axis, candidates.values_list("at", flat=True))
    rows = frames.filter(captured_at__in=moments).order_by("captured_at", "sequence", "pk")
    found: dict[datetime, ChosenFrame] = {}
    for pk, captured_at, thumbnail in rows.values_list("pk", "captured_at", "thumbnail"):
        found.setdefault(captured_at, ChosenFrame(pk=pk, captured_at=captured_at, thumbnail=thumbnail))
    return Chosen(timelapse=timelapse.pk, axis=axis, zone=zone, content=content, frames=tuple(found.values()))


def contents_of_days(timelapse: Timelapse, zone: ZoneInfo) -> dict[Axis, Content]:
    """Return the content of each local day from the first with a frame to the last, in three queries.

    Days without a frame are included. Only the last `MOST_DAYS` are.
    """
    shown = timelapse.shown_frames()
    first, last = shown.first(), shown.last()
    if first is None or last is None:
        return {}
    days = [Axis.of_day(last.captured_at, zone)]
    begin = Axis.of_day(first.captured_at, zone).begin
    while days[-1].begin > begin and len(days) < MOST_DAYS:
        days.append(Axis.of_day(days[-1].begin - _DAY / 2, zone))
    contents = dict.fromkeys(reversed(days), Content())
    since, until = days[-1].begin, days[0].end
    within = shown.filter(captured_at__gte=since, captured_at__lt=until)
    for row in pieces_of(within, since, until, zone).annotate(**_CONTENT):
        day = Axis.of_day(row["first"], zone)
        contents[day] = contents[day].with_more(Content(**{name: row[name] for name in _CONTENT}))
    return contents


_CONTENT: Final = {
    "frames": Count("pk"),
    "ids": Sum("pk"),
    "first": Min("captured_at"),
    "last": Max("captured_at"),
}


def _within(timelapse: Timelapse, axis: Axis) -> QuerySet[Frame]:
    shown = timelapse.shown_frames()
    return shown.filter(captured_at__gte=axis.begin, captured_at__lt=axis.end).order_by()


def _one_of_each_slot(axis: Axis, moments: Iterable[datetime]) -> list[datetime]:
    found: dict[int, datetime] = {}
    for moment in moments:
        found.setdefault(axis.column_of(moment), moment)
    return list(found.values())


def _cut(letters: int, truncate: type[TruncMinute | TruncSecond]) -> Func:
    """Return the expression for the beginning of a frame's piece; see `timelapse.frames.counts`."""
    if connection.vendor == "sqlite":
        return Substr(Cast("captured_at", TextField()), 1, letters)
    return truncate("captured_at", tzinfo=UTC)
