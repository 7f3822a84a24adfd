"""The grammar of windows: `mon-fri 06:30..20:00`, `sunrise-30m..sunset+1h`, `22:00..06:00`.

A window is an optional list of days, a begin, `..` and an end. Days are whole names or their first three
letters, alone (`sat,sun`) or as ranges (`mon-fri`). An edge is a time from 00:00 to 24:00, or an event of the
sun with an optional offset in hours and minutes. A window that ends before it begins ends on the next day.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import ZoneInfo

from camera_agent.protocol import sun
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.sun import EVENTS, SunEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Span = tuple[datetime, datetime]

EXAMPLES: Final = "Write '06:30..20:00', 'mon-fri 06:30..20:00' or 'sunrise-30m..sunset+30m'."
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS: Final = {name: number for number, day in enumerate(_WEEK) for name in (day, day[:3])}
_EVERY_DAY: Final = frozenset(range(7))
#: So many days in a row are written as a range.
_RANGE: Final = 3
_CLOCK: Final = re.compile(r"(?:([01]?\d|2[0-3]):([0-5]\d)|(24):(00))")
_SUN: Final = re.compile(rf"({'|'.join(EVENTS)})(?:([+-])(?=\d)(?:(\d{{1,2}})h)?(?:(\d{{1,4}})m)?)?")
_WINDOW: Final = re.compile(r"(?:([a-z,\s-]+?)\s+)?(\S+?)\s*\.\.\s*(\S+)")
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
#: A longer offset than this would move an edge to another day.
_LONGEST_OFFSET: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where windows are evaluated: a time zone's name (empty: the system's), and degrees north and east."""

    timezone: str = ""
    latitude: float = 0.0
    longitude: float = 0.0

    def local_day(self, moment: datetime) -> date:
        """Return the local date of a moment."""
        return moment.astimezone(self._zone()).date()

    def at(self, day: date, offset: timedelta, *, latest: bool = False) -> datetime:
        """Return the moment (UTC) of a local time of a day.

        When clocks are put back a time occurs twice: `latest` chooses the second. When they are put forward a
        time is skipped: then the moment is as long after the change as the time is after the gap's start.
        """
        naive = datetime.combine(day, time()) + offset
        both = [self._to_utc(naive.replace(fold=fold)) for fold in (0, 1)]
        return max(both) if latest else both[0]

    def _to_utc(self, naive: datetime) -> datetime:
        zone = self._zone()
        # Without a zone Python takes the system's, with its changes of time.
        return (naive if zone is None else naive.replace(tzinfo=zone)).astimezone(UTC)

    def _zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.timezone) if self.timezone else None


def is_timezone(name: str) -> bool:
    """Return whether a time zone of this name exists; any text is accepted."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The begin or end of a window: a time after midnight, or relative to an event of the sun."""

    offset: timedelta
    event: SunEvent | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """Parse `06:30` or `sunset+1h30m`. InvalidValueError for anything else."""
        if match := _CLOCK.fullmatch(text):
            return cls(offset=timedelta(hours=int(match[1] or match[3]), minutes=int(match[2] or match[4])))
        if (match := _SUN.fullmatch(text)) is None:
            raise InvalidValueError(f"{text[:60]!r} is neither a time nor an event of the sun.", EXAMPLES)
        name, sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        if offset > _LONGEST_OFFSET:
            raise InvalidValueError(f"{text!r} is more than 12 hours from {name}.", EXAMPLES)
        found = next(one for one in EVENTS if one == name)
        return cls(offset=-offset if sign == "-" else offset, event=found)

    @property
    def text(self) -> str:
        """It as `of` reads it, to the minute."""
        hours, minutes = divmod(abs(self.offset) // _MINUTE, 60)
        if self.event is None:
            return f"{hours:02}:{minutes:02}"
        sign = "-" if self.offset < timedelta() else "+"
        amount = f"{hours}h" * bool(hours) + f"{minutes}m" * bool(minutes)
        return f"{self.event}{sign}{amount}" if amount else self.event

    def on(self, day: date, place: Place, *, latest: bool = False) -> datetime:
        """Return its moment (UTC) on a day."""
        if self.event is None:
            return place.at(day, self.offset, latest=latest)
        moment = sun.event(day, self.event, latitude=place.latitude, longitude=place.longitude)
        return moment.astimezone(UTC) + self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From one edge to another, on some days of the week, 0 (Monday) to 6; it may cross midnight."""

    begin: Edge
    end: Edge
    days: frozenset[int] = _EVERY_DAY

    @classmethod
    def of(cls, text: str) -> Self:
        """Parse a window. InvalidValueError if it isn't one.

        >>> sorted(Window.of("mon-wed 06:30..20:00").days)
        [0, 1, 2]
        """
        if (match := _WINDOW.fullmatch(text.strip().lower())) is None:
            raise InvalidValueError(f"{text[:60]!r} is no window.", EXAMPLES)
        days, begin, end = match.groups()
        return cls(begin=Edge.of(begin), end=Edge.of(end), days=_days(days) if days else _EVERY_DAY)

    @property
    def text(self) -> str:
        """It as `of` reads it, to the minute, with the fewest words for its days.

        >>> Window.of("Monday, Tue-Wed, sat 6:30..20:00").text
        'mon-wed,sat 06:30..20:00'
        """
        days = "" if self.days == _EVERY_DAY else f"{_text_of(self.days)} "
        return f"{days}{self.begin.text}..{self.end.text}"

    @property
    def follows_sun(self) -> bool:
        """Whether it depends on the place."""
        return bool(self.begin.event or self.end.event)

    def on(self, day: date, place: Place) -> Span | None:
        """Return begin and end (UTC) of the window that begins on a day; None if none does."""
        if day.weekday() not in self.days:
            return None
        begin, end = self.begin.on(day, place), self.end.on(day, place, latest=True)
        if end > begin:
            return begin, end
        if self._within_a_day():
            return None  # the polar night: the sun sets before it rises
        return begin, self.end.on(day + _DAY, place, latest=True)

    def _within_a_day(self) -> bool:
        """Whether both edges follow the sun in the order of a day, so that it never crosses midnight."""
        if self.begin.event is None or self.end.event is None:
            return False
        return EVENTS.index(self.begin.event) <= EVENTS.index(self.end.event)


@functools.lru_cache(maxsize=64)
def parse(texts: tuple[str, ...]) -> tuple[Window, ...]:
    """Parse windows. InvalidValueError for the first text that isn't one."""
    return tuple(Window.of(text) for text in texts)


def spans(windows: Iterable[Window], place: Place, first: date, days: int) -> Iterator[Span]:
    """Yield each window that begins on one of so many days from `first` on; they may overlap."""
    for number in range(days):
        for window in windows:
            if found := window.on(first + number * _DAY, place):
                yield found


def merged(found: Iterable[Span]) -> Iterator[Span]:
    """Sort spans, and merge those that overlap or touch."""
    current: Span | None = None
    for begin, end in sorted(found):
        if current is not None and begin <= current[1]:
            current = current[0], max(current[1], end)
            continue
        if current is not None:
            yield current
        current = begin, end
    if current is not None:
        yield current


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if first not in _NUMBERS or (dash and last not in _NUMBERS):
            names = ", ".join(day[:3] for day in _WEEK)
            message = f"{part.strip()!r} is no day of the week."
            raise InvalidValueError(message, f"There are: {names}; or mon-fri.")
        begin, end = _NUMBERS[first], _NUMBERS[last or first]
        days |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return frozenset(days)


def _text_of(days: frozenset[int]) -> str:
    """Name days of the week; three or more in a row are a range."""
    in_a_row = itertools.groupby(enumerate(sorted(days)), lambda each: each[1] - each[0])
    rows = [[_WEEK[day][:3] for _, day in row] for _, row in in_a_row]
    return ",".join(f"{row[0]}-{row[-1]}" if len(row) >= _RANGE else ",".join(row) for row in rows)
