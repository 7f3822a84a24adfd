"""Windows of time, as people write them: `mon-fri 06:30..20:00`, `sunrise..sunset+30m`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from camera_agent import sun
from camera_agent.errors import BadInput
from camera_agent.sun import SunEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
SUN = re.compile(rf"({'|'.join(get_args(SunEvent))})(?:([+-])(?:(\d+)h)?(?:(\d+)m)?)?")
WINDOW = re.compile(r"(?:([a-z,\s-]+?)\s+)?(\S+?)\s*\.\.\s*(\S+)")
EXAMPLES = "Write '06:30..20:00', 'mon-fri 06:30..20:00' or 'sunrise-30m..sunset+30m'."

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A time zone (the system's, if empty) and a place on earth in degrees."""

    timezone: str = ""
    latitude: float = 0.0
    longitude: float = 0.0

    def local_day(self, moment: datetime) -> date:
        """Return the local day at a moment."""
        return moment.astimezone(self._zone()).date()

    def at(self, day: date, offset: timedelta, *, latest: bool = False) -> datetime:
        """Return the moment (UTC) of a local time of a day.

        When clocks are put back a time occurs twice: `latest` selects the second. A time that is skipped when
        clocks are put forward is as long after the change as it is after the start of the skipped hour.
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


def check_timezone(name: str) -> None:
    """Raise BadInput when there is no such time zone."""
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"There is no time zone {name!r}.", "Write it as 'Europe/Zurich'.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The begin or end of a window: a time after midnight, or after an event of the sun."""

    offset: timedelta
    event: SunEvent | None = None

    @classmethod
    def of(cls, text: str) -> Edge:
        """Parse `06:30` or `sunset+1h30m`. BadInput for anything else."""
        if match := CLOCK.fullmatch(text):
            hours, minutes = (int(one) for one in match.groups())
            if hours < 24 or minutes == 0:
                return cls(offset=timedelta(hours=hours, minutes=minutes))
        match = SUN.fullmatch(text)
        if match is None or text[-1] in "+-":
            raise BadInput(f"{text!r} is neither a time nor an event of the sun.", EXAMPLES)
        name, sign, hours_text, minutes_text = match.groups()
        offset = timedelta(hours=int(hours_text or 0), minutes=int(minutes_text or 0))
        found = next(one for one in sun.EVENTS if one == name)
        return cls(offset=-offset if sign == "-" else offset, event=found)

    def on(self, day: date, place: Place, *, latest: bool = False) -> datetime:
        """Return its moment (UTC) on a day."""
        if self.event is None:
            return place.at(day, self.offset, latest=latest)
        moment = sun.event(day, self.event, latitude=place.latitude, longitude=place.longitude)
        return moment.astimezone(UTC) + self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window from one edge to another; one that ends before it begins ends on the next day."""

    begin: Edge
    end: Edge
    days: frozenset[int] = EVERY_DAY

    @classmethod
    def of(cls, text: str) -> Window:
        """Parse a window. BadInput when it is invalid."""
        match = WINDOW.fullmatch(text.strip().lower())
        if match is None:
            raise BadInput(f"{text!r} is no window.", EXAMPLES)
        days, begin, end = match.groups()
        return cls(begin=Edge.of(begin), end=Edge.of(end), days=_days(days) if days else EVERY_DAY)

    @property
    def follows_sun(self) -> bool:
        """Whether an edge is an event of the sun, so that it needs a place."""
        return bool(self.begin.event or self.end.event)

    def on(self, day: date, place: Place) -> Span | None:
        """Return begin and end (UTC) of the window that begins on a day; None when none does."""
        if day.weekday() not in self.days:
            return None
        begin, end = self.begin.on(day, place), self.end.on(day, place, latest=True)
        if end <= begin:
            if self.begin.event is not None and self.end.event is not None and self._same_day():
                return None  # the polar night: the sun sets before it rises
            end = self.end.on(day + timedelta(days=1), place, latest=True)
        return begin, end

    def _same_day(self) -> bool:
        """Whether the sun's events are in the order of a day, so that the window never passes midnight."""
        order = [sun.EVENTS.index(one) for one in (self.begin.event, self.end.event) if one is not None]
        return order == sorted(order)


def spans(windows: tuple[Window, ...], place: Place, first: date, days: int) -> Iterator[Span]:
    """Yield the windows that begin on one of `days` days from `first` on; they may overlap."""
    for number in range(days):
        for window in windows:
            if found := window.on(first + timedelta(days=number), place):
                yield found


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (one.strip()[:3] for one in part.partition("-"))
        if first not in DAYS or (dash and last not in DAYS):
            raise BadInput(f"{part!r} is no day of the week.", f"There are: {', '.join(DAYS)}; or mon-fri.")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {(begin + number) % 7 for number in range((end - begin) % 7 + 1)}
    return frozenset(found)
