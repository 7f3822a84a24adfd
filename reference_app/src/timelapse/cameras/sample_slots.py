"""The slots of five minutes in which samples are kept, and the points that a chart has of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

SLOT: Final = timedelta(minutes=5)
#: A chart has at most this many points, about as many as it has pixels on a phone.
MOST_POINTS: Final = 300
#: A point is one slot, a quarter or half of an hour, an hour, or three hours.
_SLOTS_IN_POINT: Final = (1, 3, 6, 12, 36)
#: How long samples are kept; no chart covers more.
KEPT: Final = timedelta(days=31)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def slot_of(moment: datetime) -> int:
    """Return the number of the slot of a moment, counted from 1970 (UTC)."""
    return (moment - _EPOCH) // SLOT


def begin_of(slot: int) -> datetime:
    """Return when a slot begins."""
    return _EPOCH + slot * SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSlots:
    """The slots of a chart, from ``first`` to before ``end``, of which ``in_point`` make one point."""

    first: int
    end: int
    in_point: int

    @classmethod
    def between(cls, since: datetime, until: datetime) -> Self:
        """Return those that overlap a period of at most `KEPT`."""
        first, end = slot_of(since), -((_EPOCH - until) // SLOT)
        in_point = next(size for size in _SLOTS_IN_POINT if (end - 1) // size - first // size < MOST_POINTS)
        return cls(first=first, end=end, in_point=in_point)

    def begin_of_point(self, number: int) -> datetime:
        """Return when a point begins, whose number is that of its slots divided by ``in_point``."""
        return begin_of(max(number * self.in_point, self.first))
