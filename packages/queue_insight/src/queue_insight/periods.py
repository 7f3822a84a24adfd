"""The periods of the history: what was counted in one minute, hour or day of a series. Pure.

A series is a queue, a task name, or all tasks together. The record of a period stands under a key that comes
again when the period is no longer kept, so that the history never grows beyond what all periods need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from queue_insight.fields import MAX_COUNT, MAX_TIME

#: The series of all tasks. It has a record for each period in which a collector listened.
ALL: Final = "a:"
#: The key of the one record that lists all series.
NAMES: Final = "names"
#: What is counted beside the outcomes.
SENT: Final = "sent"

_Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
_Time = Annotated[float, Meta(ge=0, le=MAX_TIME)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How long a period is, and how many of them are kept."""

    code: str
    period_s: int
    kept: int

    def start(self, now: float) -> int:
        """Return when the period that contains this time begins, in seconds since 1970 (UTC)."""
        return int(now // self.period_s) * self.period_s

    def starts(self, since: float, until: float) -> range:
        """Return when the periods begin that have a part in this span and are kept."""
        last = self.start(until)
        first = max(self.start(min(since, until)), last - (self.kept - 1) * self.period_s)
        return range(first, last + 1, self.period_s)


MINUTE: Final = Resolution(code="m", period_s=60, kept=1440)
HOUR: Final = Resolution(code="h", period_s=3600, kept=744)
DAY: Final = Resolution(code="d", period_s=86_400, kept=731)
RESOLUTIONS: Final = (MINUTE, HOUR, DAY)


class Period(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """What was counted in one period."""

    start: _Time
    #: Seconds in which the collector listened; only in the series of all tasks.
    observed_s: _Time = 0.0
    #: How many tasks were sent, and how many ended with each outcome.
    counts: dict[str, _Count] = msgspec.field(default_factory=dict)
    #: Sketches of how long tasks ran and waited.
    run: dict[int, _Count] = msgspec.field(default_factory=dict)
    wait: dict[int, _Count] = msgspec.field(default_factory=dict)


class Recent(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """What came into a queue and went out of it in each of the last minutes; None: nobody listened."""

    #: When the last of these minutes began.
    last: _Time
    sent: tuple[_Count | None, ...]
    finished: tuple[_Count | None, ...]


def of_queue(name: str) -> str:
    """Return the series of a queue."""
    return f"q:{name}"


def of_name(name: str) -> str:
    """Return the series of a task name."""
    return f"n:{name}"


def key(resolution: Resolution, series: str, start: int) -> str:
    """Return the key of a period's record."""
    return f"{resolution.code}{start // resolution.period_s % resolution.kept}:{series}"


def keys(series: str, since: float, until: float) -> list[str]:
    """Return all keys that records of this series can have if it was counted in this span only."""
    return [key(each, series, start) for each in RESOLUTIONS for start in each.starts(since, until)]
