"""Which frame each column of a keogram shows, and which shows none. Pure."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

#: Columns of a day of 24 hours, and of less.
COLUMNS: Final = 720
#: The time of one column of a day.
SLOT: Final = timedelta(days=1) / COLUMNS
#: The longest day: a clock that is put back, and an hour to spare.
LONGEST: Final = timedelta(hours=26)
#: A frame stands for the usual time to its neighbors and a little more, but for no longer than an hour.
_MORE: Final = 1.05
_FURTHEST: Final = timedelta(hours=1)
#: Distances on each side of a stretch that say what is usual there.
_AROUND: Final = 5
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A stretch of time that a keogram shows: a local day, or some hours of it."""

    begin: datetime
    end: datetime

    @property
    def slot(self) -> timedelta:
        """The time of one column, in whole seconds: that of a day, or less for less than half of one."""
        if 2 * (self.end - self.begin) > timedelta(days=1):
            return SLOT
        return max(-((self.begin - self.end) // (COLUMNS * _SECOND)), 1) * _SECOND

    @property
    def columns(self) -> int:
        """How many columns there are; the last one may be narrower in time."""
        return -((self.begin - self.end) // self.slot)

    def column_of(self, moment: datetime) -> int:
        """Return the column of a moment, which may be none of them."""
        return (moment - self.begin) // self.slot

    def is_possible(self) -> bool:
        """Return whether it is a stretch of a day, and no longer."""
        return timedelta() < self.end - self.begin <= LONGEST

    @classmethod
    def of_day(cls, moment: datetime, zone: ZoneInfo) -> Axis:
        """Return the local day of a moment: of 24 hours, or 23 or 25 where the clock changes."""
        midnight = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        following = midnight + timedelta(days=1)
        return cls(begin=midnight.astimezone(UTC), end=following.astimezone(UTC))


def placed(moments: Sequence[datetime], axis: Axis) -> list[int | None]:
    """Return for each column which of the moments it shows, which ascend; None in a gap.

    A column shows the frame nearest to its middle. In a stretch that is longer than the usual distance of
    the frames around, and not near to one, it shows none. What is usual may change within a day: a camera may
    capture each minute by day and each half hour by night.
    """
    reaches = _reaches(moments, axis.slot)
    found: list[int | None] = []
    for column in range(axis.columns):
        middle = axis.begin + (column + 0.5) * axis.slot
        after = bisect_left(moments, middle)
        near = [at for at in (after - 1, after) if 0 <= at < len(moments)]
        nearest = min(near, key=lambda at, middle=middle: abs(moments[at] - middle), default=None)  # type: ignore[misc]
        shown = nearest is not None and abs(moments[nearest] - middle) <= reaches[after]
        found.append(nearest if shown else None)
    return found


def of_wall_clock(axis: Axis, zone: ZoneInfo) -> Iterator[int | None]:
    """Yield for each slot of a day from 0:00 to 24:00 the column of a local day that shows it.

    None for an hour that the clock leaves out in spring; of an hour that it shows twice, the first.
    """
    midnight = axis.begin.astimezone(zone).replace(tzinfo=None)
    is_plain = axis.end - axis.begin == timedelta(days=1) and _changes_nothing(axis, zone)
    for slot in range(COLUMNS):
        if is_plain:
            yield slot
            continue
        wall = midnight + (slot + 0.5) * SLOT
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        exists = moment.astimezone(zone).replace(tzinfo=None) == wall
        column = axis.column_of(moment)
        yield column if exists and 0 <= column < axis.columns else None


def _changes_nothing(axis: Axis, zone: ZoneInfo) -> bool:
    return axis.begin.astimezone(zone).utcoffset() == axis.end.astimezone(zone).utcoffset()


def _reaches(moments: Sequence[datetime], slot: timedelta) -> list[timedelta]:
    """Return how far a frame is shown into each stretch: before the first, between two, after the last.

    That is as far as the next frame usually is on one of its sides, so that the first long distance of a
    slower camera is no gap.
    """
    distances = [(later - earlier) / _SECOND for earlier, later in pairwise(moments)]
    reaches = []
    for stretch in range(len(moments) + 1):
        sides = (
            distances[max(0, stretch - 1 - _AROUND) : max(0, stretch - 1)],
            distances[stretch : stretch + _AROUND],
        )
        usual = [median(side) for side in sides if side] or distances[:1]
        longest = max(usual, default=0.0) * _MORE * _SECOND
        reaches.append(max(min(longest, _FURTHEST), slot / 2))
    return reaches
