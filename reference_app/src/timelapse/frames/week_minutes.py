"""A week as the set of its minutes, from Monday 00:00 of a camera's clock on; and as windows. Pure.

What goes on past Sunday is Monday's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from camera_agent.protocol.windows import Edge, Place, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Minute n of the week is bit n.
Minutes = int

DAY: Final = 24 * 60
WEEK: Final = 7 * DAY
EVERY_MINUTE: Final = (1 << WEEK) - 1
_MINUTE: Final = timedelta(minutes=1)
#: Windows of the clock are the same in every week, so they are worked out where clocks never change.
_STEADY: Final = Place(timezone="UTC")


class DaySpan(NamedTuple):
    """Minutes of a day, from one up to another."""

    begin: int
    end: int


def minutes_of(begin: int, end: int) -> Minutes:
    """Return the minutes from one up to another, which is at most a week later."""
    begun = begin % WEEK
    found = ((1 << (end - begin)) - 1) << begun
    return (found | found >> WEEK) & EVERY_MINUTE


@dataclass(frozen=True, slots=True)
class WeekClock:
    """The clock of a camera in the week that begins on a Monday. The place has a time zone."""

    monday: date
    place: Place

    def minutes(self, windows: Iterable[Window]) -> Minutes:
        """Return the minutes in which one of the windows is open; events of the sun are rounded."""
        found = 0
        for window in windows:
            for weekday in window.days:
                place = self.place if window.follows_sun else _STEADY
                if span := window.on(self.monday + timedelta(days=weekday), place):
                    found |= minutes_of(*(self._minute(moment, place) for moment in span))
        return found

    def _minute(self, moment: datetime, place: Place) -> int:
        local = moment.astimezone(ZoneInfo(place.timezone)).replace(tzinfo=None)
        return round((local - datetime.combine(self.monday, time())) / _MINUTE)


def spans_of(minutes: Minutes, weekday: int) -> tuple[DaySpan, ...]:
    """Return the spans of one day, 0 (Monday) to 6, sorted and disjoint."""
    return tuple(_runs(minutes >> weekday * DAY & (1 << DAY) - 1))


def windows_of(minutes: Minutes) -> tuple[Window, ...]:
    """Return windows of the clock that are open in these minutes: few, and short as texts.

    Days with the same span share a window. Spans go on across midnight where that makes the texts shorter.
    """
    across, cut = _grouped(_spans_across(minutes)), _grouped(_spans_cut(minutes))
    return min(across, cut, key=lambda found: (len(found), sum(len(each.text) for each in found)))


def _spans_across(minutes: Minutes) -> Iterator[DaySpan]:
    """Yield spans of up to a day each; the last may end after Sunday."""
    closed = (~minutes & minutes + 1).bit_length() - 1
    turned = (minutes >> closed | minutes << WEEK - closed) & EVERY_MINUTE
    for begin, end in _runs(turned):
        if end - begin <= DAY:
            yield DaySpan(begin + closed, end + closed)
        else:
            yield from _cut(begin + closed, end + closed)


def _spans_cut(minutes: Minutes) -> Iterator[DaySpan]:
    for begin, end in _runs(minutes):
        yield from _cut(begin, end)


def _cut(begin: int, end: int) -> Iterator[DaySpan]:
    """Cut a span at each midnight."""
    while begin < end:
        midnight = (begin // DAY + 1) * DAY
        yield DaySpan(begin, min(midnight, end))
        begin = midnight


def _grouped(spans: Iterable[DaySpan]) -> tuple[Window, ...]:
    """Make windows of spans of the week, in the order of their first days."""
    days: dict[tuple[int, int], set[int]] = defaultdict(set)
    for begin, end in spans:
        days[begin % DAY, (end - 1) % DAY + 1].add(begin // DAY % 7)
    in_order = sorted(days.items(), key=lambda each: (min(each[1]), each[0]))
    return tuple(
        Window(begin=_edge(begin), end=_edge(end), days=frozenset(on)) for (begin, end), on in in_order
    )


def _edge(minute: int) -> Edge:
    return Edge(offset=minute * _MINUTE)


def _runs(minutes: Minutes) -> Iterator[DaySpan]:
    """Yield the longest spans that consist of these minutes."""
    return (DaySpan(*run.span()) for run in re.finditer("1+", f"{minutes:b}"[::-1]))
