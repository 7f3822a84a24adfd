"""Whether a schedule is open at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from camera_agent.protocol.settings import Schedule

#: How far ahead a schedule is evaluated; each window recurs within it.
WEEK: Final = timedelta(days=7)
#: What evaluating settings may raise although they were checked. It must not end the capturing.
EVALUATION_ERRORS: Final = (ArithmeticError, ValueError, LookupError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleState:
    """Whether a schedule is open, and the moment (UTC) until which that is known."""

    open: bool
    until: datetime


def state_at(schedule: Schedule, moment: datetime) -> ScheduleState:
    """Return whether a schedule is open at a moment, and until when that is known: at most a week."""
    first, last = schedule.limits()
    if moment < first:
        return ScheduleState(open=False, until=first)
    if moment >= last:
        return ScheduleState(open=False, until=datetime.max.replace(tzinfo=UTC))
    until = min(last, moment + WEEK)
    begin, end = next(iter(schedule.open_periods(moment, until)), (until, until))
    return ScheduleState(open=False, until=begin) if begin > moment else ScheduleState(open=True, until=end)
