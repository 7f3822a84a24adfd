"""When a camera should film: its interval and windows, as far as this server can tell.

Windows are those of the agent's schedule: ``06:30..20:00`` or ``mon-fri 06:30..20:00``. What follows the sun
is known to the agent alone: then no frame is expected, and no gap is found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW: Final = re.compile(
    r"(?:(?P<days>[a-z,\s-]+?)\s+)?(?P<begin>\d{1,2}:\d\d)\s*(?:\.\.|-)\s*(?P<end>\d{1,2}:\d\d)"
)
_DAY: Final = timedelta(days=1)
#: Stretches of time that one question is answered with at most: three years of daily windows.
_MOST: Final = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch on some days of the week, 0 (Monday) to 6; it may cross midnight."""

    days: frozenset[int]
    begin: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When frames are to be expected. Without windows: always."""

    interval_s: float
    windows: tuple[Window, ...] = ()
    zone: tzinfo = UTC
    #: The schedule follows the sun or can't be read: nothing is to be expected.
    unknown: bool = False
    #: Frames taken one after another in each slot.
    burst: int = 1

    @classmethod
    def of(cls, interval_s: float, schedule: Mapping[str, object] | None) -> Self:
        """Read what is wished of a camera."""
        schedule = schedule or {}
        written = schedule.get("windows") or []
        windows = [_window(str(one)) for one in written] if isinstance(written, list) else []
        burst = schedule.get("burst", 1)
        return cls(
            interval_s=interval_s,
            windows=tuple(one for one in windows if one is not None),
            zone=ZoneInfo(str(schedule["timezone"])) if schedule.get("timezone") else UTC,
            unknown=None in windows or bool(schedule.get("start") or schedule.get("end")),
            burst=burst if isinstance(burst, int) else 1,
        )

    def slots(self, begin: datetime, end: datetime) -> int:
        """Say how many frames a stretch of time should have, both ends left out."""
        return max(0, int((end - begin).total_seconds() / self.interval_s)) * self.burst

    def open_within(self, since: datetime, until: datetime) -> Sequence[tuple[datetime, datetime]]:
        """Give the stretches between two moments in which the camera should film."""
        if self.unknown:
            return []
        if not self.windows:
            return [(since, until)]
        spans = [(max(begin, since), min(end, until)) for begin, end in self._spans(since, until)]
        return sorted({(begin, end) for begin, end in spans if begin < end})[:_MOST]

    def _spans(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = since.astimezone(self.zone).date() - _DAY
        last = min(until.astimezone(self.zone).date(), day + _DAY * _MOST)
        while day <= last:
            midnight = datetime.combine(day, time(), self.zone)
            for window in self.windows:
                if day.weekday() in window.days:
                    crossing = _DAY if window.end <= window.begin else timedelta()
                    yield (
                        (midnight + window.begin).astimezone(UTC),
                        (midnight + window.end + crossing).astimezone(UTC),
                    )
            day += _DAY


def _window(text: str) -> Window | None:
    found = _WINDOW.fullmatch(text.strip().lower())
    if found is None:
        return None
    return Window(days=_days(found["days"]), begin=_clock(found["begin"]), end=_clock(found["end"]))


def _days(text: str | None) -> frozenset[int]:
    if not text:
        return frozenset(range(7))
    days: set[int] = set()
    for part in re.split(r"\s*,\s*", text.strip()):
        first, _, last = (word.strip() for word in part.partition("-"))
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        days |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return frozenset(days)


def _clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
