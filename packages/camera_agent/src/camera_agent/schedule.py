"""When the next capture is due: a grid on the monotonic clock, within windows on the wall clock.

The grid does not drift and does not catch up: missed slots are skipped. Windows, dates and the sun are
evaluated on the wall clock at each slot. While the time is unknown every slot is captured, because a
superfluous picture can be deleted and a missing one can't be taken again.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from camera_agent import sun
from camera_agent.errors import BadInput
from camera_agent.settings_table import InvalidSetting
from camera_agent.windows import Place, Span, Window, check_timezone, spans

if TYPE_CHECKING:
    from collections.abc import Callable

#: A closed schedule is evaluated again after at most this many seconds, because clocks get set.
RECHECK_S = 60.0
#: Rounding errors are smaller than this, so that none makes a slot be skipped or repeated.
ROUNDING_S = 1e-6
#: Days after which windows are evaluated again; each window recurs within them.
WEEK = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Slots every `interval_s` seconds from `origin` (seconds on a monotonic clock)."""

    origin: float
    interval_s: float

    def next_slot(self, now: float) -> float:
        """Return the first slot at or after `now`; missed slots are skipped."""
        if now <= self.origin:
            return self.origin
        passed = (now - self.origin - ROUNDING_S) / self.interval_s
        return self.origin + math.ceil(passed) * self.interval_s

    def between(self, first: float, last: float) -> int:
        """Return the number of slots at or after `first` and before `last`."""
        if last <= first:
            return 0
        return round((self.next_slot(last) - self.next_slot(first)) / self.interval_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The table `[schedule]`: when to capture. The default is always."""

    #: Times of day, with days of the week or the sun: `mon-fri 06:30..20:00`, `sunrise-30m..sunset+30m`.
    windows: tuple[str, ...] = ()
    #: The time zone of the windows, e.g. `Europe/Zurich`; the system's, if empty.
    timezone: str = ""
    #: The place for the sun, in degrees north and east.
    latitude: float = 0.0
    longitude: float = 0.0
    #: First and last day, or moments; empty: no limit.
    start: str = ""
    end: str = ""
    #: Captures in each slot, and the seconds between them.
    burst: int = 1
    burst_s: float = 1.0
    #: Seconds that each capture exposes for, if the camera can; 0: by the exposure settings.
    bulb_s: float = 0.0

    @property
    def place(self) -> Place:
        """The time zone and the place."""
        return Place(timezone=self.timezone, latitude=self.latitude, longitude=self.longitude)

    def find_invalid(self) -> InvalidSetting | None:
        """Return the first setting that can't work; None when all can."""
        for name in ("timezone", "start", "end", "windows"):
            try:
                getattr(self, f"_check_{name}")()
            except BadInput as error:
                return InvalidSetting(name=name, message=error.message, remedy=error.remedy)
        return self._invalid_number()

    def state_at(self, moment: datetime) -> ScheduleState:
        """Return whether the schedule is open at a moment, and until when."""
        first, last = self._limits()
        if moment < first:
            return ScheduleState(open=False, until=first)
        if moment >= last:
            return ScheduleState(open=False, until=datetime.max.replace(tzinfo=UTC))
        day = self.place.local_day(moment) - timedelta(days=2)
        found = _spans(self, day) if self.windows else [(first, last)]
        return _state_at(found, moment, until=min(last, _week_after(moment)))

    def open_spans(self, since: datetime, until: datetime) -> list[Span]:
        """Return the spans between two moments in which the schedule is open."""
        found: list[Span] = []
        while since < until:
            state_at = self.state_at(since)
            change = min(until, state_at.until)
            if state_at.open:
                found.append((since, change))
            since = change
        return found

    def parsed(self) -> tuple[Window, ...]:
        """Return the parsed windows. BadInput for an invalid one."""
        return tuple(Window.of(one) for one in self.windows)

    def _limits(self) -> Span:
        first = _moment(self.start, self.place, after=False)
        last = _moment(self.end, self.place, after=True)
        return first or datetime.min.replace(tzinfo=UTC), last or datetime.max.replace(tzinfo=UTC)

    def _check_timezone(self) -> None:
        check_timezone(self.timezone)

    def _check_start(self) -> None:
        _moment(self.start, self.place, after=False)

    def _check_end(self) -> None:
        first, last = self._limits()
        if last <= first:
            raise BadInput(f"The end {self.end!r} is not after the start {self.start!r}.", "Swap them?")

    def _check_windows(self) -> None:
        if any(one.follows_sun for one in self.parsed()):
            sun.require()
            if self.latitude == self.longitude == 0.0:
                raise BadInput(
                    "A window that follows the sun needs a place.", "Set latitude and longitude in degrees."
                )

    def _invalid_number(self) -> InvalidSetting | None:
        ranges: dict[str, tuple[float, float]] = {
            "latitude": (-90, 90),
            "longitude": (-180, 180),
            "burst": (1, 100),
        }
        ranges |= {"burst_s": (0.05, 3600), "bulb_s": (0, 3600)}
        for name, (lowest, highest) in ranges.items():
            value = getattr(self, name)
            if not lowest <= value <= highest:
                message = f"{name} goes from {lowest:g} to {highest:g}, and is {value:g}."
                return InvalidSetting(name=name, message=message)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleState:
    """Whether a schedule is open, and the moment (UTC) until which that is known."""

    open: bool
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCheck:
    """What is next: at `at` (monotonic seconds) either a slot to capture, or another check."""

    at: float
    capture: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A grid within a schedule. `wall` returns the time (UTC) of a monotonic second, None if unknown."""

    grid: Grid
    schedule: Schedule
    wall: Callable[[float], datetime | None]

    def next_check(self, now: float) -> NextCheck:
        """Return the next slot if the schedule is open then, or when to check again."""
        slot = self.grid.next_slot(now)
        moment = self.wall(slot)
        if moment is None or (state_at := self.schedule.state_at(moment)).open:
            return NextCheck(at=slot, capture=True)
        closed_s = (state_at.until - moment).total_seconds()
        return NextCheck(at=max(slot, self.grid.next_slot(slot + min(closed_s, RECHECK_S))), capture=False)

    def missed(self, since: float, until: float) -> int:
        """Return how many slots at or after `since` and before `until` were due."""
        first, last = self.wall(since), self.wall(until)
        if first is None or last is None or not self.schedule.windows:
            return self.grid.between(since, until)
        return sum(
            self.grid.between(since + (begin - first).total_seconds(), since + (end - first).total_seconds())
            for begin, end in self.schedule.open_spans(first, last)
        )


@functools.lru_cache(maxsize=64)
def _spans(schedule: Schedule, day: date) -> list[Span]:
    """Return the spans of a week; needed at each slot, changed once a day."""
    return sorted(spans(schedule.parsed(), schedule.place, day, WEEK + 3))


def _state_at(found: list[Span], moment: datetime, *, until: datetime) -> ScheduleState:
    """Return the state at a moment, given sorted spans, which may overlap or touch."""
    close: datetime | None = None
    for begin, end in found:
        if close is None and moment < begin:
            return ScheduleState(open=False, until=min(begin, until))
        if close is not None and begin > close:
            break
        if end > moment:
            close = max(close or end, end)
    return (
        ScheduleState(open=False, until=until)
        if close is None
        else ScheduleState(open=True, until=min(close, until))
    )


def _moment(text: str, place: Place, *, after: bool) -> datetime | None:
    """Parse a day or a moment; `after` returns the end of the day. None for an empty text."""
    if not text:
        return None
    try:
        if "T" not in text and " " not in text:
            return place.at(date.fromisoformat(text) + timedelta(days=int(after)), timedelta())
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"{text!r} is no day and no moment.", "Write it as 2026-12-24 or 2026-12-24T18:00."
        ) from None
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return place.at(moment.date(), moment - datetime.combine(moment.date(), time()))


def _week_after(moment: datetime) -> datetime:
    return moment + timedelta(days=WEEK - 1)
