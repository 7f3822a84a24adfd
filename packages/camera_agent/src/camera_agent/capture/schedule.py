"""When the next capture is due: a grid on the monotonic clock, within windows on the wall clock.

The grid does not drift and does not catch up: missed slots are skipped. Windows, dates and the sun are
evaluated on the wall clock at each slot. While the time is unknown every slot is captured, because a
superfluous picture can be deleted and a missing one can't be taken again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.schedule_state import state_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from camera_agent.protocol.settings import Schedule

#: A closed schedule is evaluated again after at most this many seconds, because clocks get set.
RECHECK_S = 60.0
#: Rounding errors are smaller than this, so that none makes a slot be skipped or repeated.
ROUNDING_S = 1e-6


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
        if moment is None or (state := state_at(self.schedule, moment)).open:
            return NextCheck(at=slot, capture=True)
        closed_s = (state.until - moment).total_seconds()
        return NextCheck(at=max(slot, self.grid.next_slot(slot + min(closed_s, RECHECK_S))), capture=False)

    def missed(self, since: float, until: float) -> int:
        """Return how many slots at or after `since` and before `until` were due."""
        first, last = self.wall(since), self.wall(until)
        if first is None or last is None or not self.schedule.windows:
            return self.grid.between(since, until)
        return sum(
            self.grid.between(since + (begin - first).total_seconds(), since + (end - first).total_seconds())
            for begin, end in self.schedule.open_periods(first, last)
        )
