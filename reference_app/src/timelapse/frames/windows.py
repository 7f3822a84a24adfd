"""The windows of a camera's schedule as stretches of time: `mon-fri 06:30..20:00`, `sunrise..sunset+30m`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Self

from timelapse.frames.sun import EVENTS, SunEvent, event

Span = tuple[datetime, datetime]

_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)")
_SUN: Final = re.compile(rf"({'|'.join(EVENTS)})(?:([+-])(?:(\d+)h)?(?:(\d+)m)?)?")
_WINDOW: Final = re.compile(r"(?:([a-z,\s-]+?)\s+)?(\S+?)\s*\.\.\s*(\S+)")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose day it is: a time zone, and degrees north and east."""

    zone: tzinfo = UTC
    latitude: float = 0.0
    longitude: float = 0.0

    def at(self, day: date, offset: timedelta, *, latest: bool = False) -> datetime:
        """Give the moment (UTC) when the clock on the wall shows a time of a day.

        When clocks are put back a time comes twice: `latest` chooses the second.
        """
        naive = datetime.combine(day, time(), self.zone) + offset
        both = [naive.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
        return max(both) if latest else both[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Where a window begins or ends: a time after midnight, or after an event of the sun."""

    offset: timedelta
    event: SunEvent | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `06:30` or `sunset+1h30m`. ValueError for anything else."""
        if match := _CLOCK.fullmatch(text):
            hours, minutes = (int(one) for one in match.groups())
            return cls(offset=timedelta(hours=hours, minutes=minutes))
        if (match := _SUN.fullmatch(text)) is None:
            raise ValueError(f"{text!r} is neither a time nor an event of the sun.")
        name, sign, hours_text, minutes_text = match.groups()
        offset = timedelta(hours=int(hours_text or 0), minutes=int(minutes_text or 0))
        found = next(one for one in EVENTS if one == name)
        return cls(offset=-offset if sign == "-" else offset, event=found)

    def on(self, day: date, place: Place, *, latest: bool = False) -> datetime:
        """Give its moment (UTC) on a day."""
        if self.event is None:
            return place.at(day, self.offset, latest=latest)
        return event(day, self.event, latitude=place.latitude, longitude=place.longitude) + self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From one edge to another, on some days of the week, 0 (Monday) to 6; it may cross midnight."""

    begin: Edge
    end: Edge
    days: frozenset[int]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a window. ValueError for what is none."""
        if (match := _WINDOW.fullmatch(text.strip().lower())) is None:
            raise ValueError(f"{text!r} is no window.")
        return cls(begin=Edge.of(match[2]), end=Edge.of(match[3]), days=_days(match[1]))

    def on(self, day: date, place: Place) -> Span | None:
        """Give begin and end (UTC) of the window that begins on a day; None when none does."""
        if day.weekday() not in self.days:
            return None
        begin, end = self.begin.on(day, place), self.end.on(day, place, latest=True)
        if end > begin:
            return begin, end
        if self._within_a_day():
            return None  # the polar night: the sun sets before it rises
        return begin, self.end.on(day + _DAY, place, latest=True)

    def _within_a_day(self) -> bool:
        """Whether both edges follow the sun in the order of a day, so that it never passes midnight."""
        if self.begin.event is None or self.end.event is None:
            return False
        return EVENTS.index(self.begin.event) <= EVENTS.index(self.end.event)


def _days(text: str | None) -> frozenset[int]:
    if not text:
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = (word.strip() for word in part.partition("-"))
        begin, end = _WEEK.index(first), _WEEK.index(last or first)
        days |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return frozenset(days)
