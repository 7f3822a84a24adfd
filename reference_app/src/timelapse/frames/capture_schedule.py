"""When a camera should capture, and which slots it missed, by its settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from camera_agent.protocol.settings import ALWAYS, Schedule

if TYPE_CHECKING:
    from camera_agent.protocol.windows import Span

#: A period, and how many frames are missing in it.
Missed = tuple[datetime, datetime, int]

#: A frame may be late by this share of the interval before its slot counts as missed.
LATE: Final = 0.8
#: How far from its slot a punctual frame may be.
_NEAR: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSchedule:
    """When frames are expected. Without windows: always, within the limits."""

    interval_s: float
    schedule: Schedule = field(default_factory=Schedule)
    #: The camera's own time zone, which applies if the schedule has none; UTC if it was never reported.
    timezone: str = "UTC"
    #: The period in which these settings applied.
    during: Span = ALWAYS

    def expected(self, size: timedelta) -> int:
        """Return how many frames an open period of this length should have."""
        return int(size.total_seconds() / self.interval_s) * self.schedule.burst

    def open_within(self, since: datetime, until: datetime) -> list[Span]:
        """Return the open periods between two moments, sorted and disjoint."""
        since, until = max(since, self.during[0]), min(until, self.during[1])
        return self.schedule.open_periods(since, until, timezone=self.timezone)

    def missed(self, last: datetime, following: datetime, since: datetime = ALWAYS[0]) -> list[Missed]:
        """Find the open periods with missed slots between two consecutive frames.

        Slots are a fixed interval apart, so either frame determines them. One of the two may be late, so the
        lower count is right. New settings restart the slots: then only one of the two frames determines them,
        and a slot just after an opening may in fact precede it. Periods before `since` are ignored.
        """
        burst = self.schedule.burst
        begun = last - timedelta(seconds=(burst - 1) * self.schedule.burst_s)
        late = timedelta(seconds=self.interval_s * LATE)
        first, final = self._limits()
        same_slots = first <= begun and following <= final
        found = []
        for begin, end in self.open_within(max(begun, since), following):
            after = min(late, _NEAR) if same_slots and begin > begun else late
            within = begin + after, min(end - timedelta.resolution, following - late)
            slots = min(self._slots(anchor, *within) for anchor in (begun, following))
            if slots > 0:
                found.append((max(begin, last), end, slots * burst))
        return found

    def _limits(self) -> Span:
        first, last = self.schedule.limits(self.timezone)
        return max(first, self.during[0]), min(last, self.during[1])

    def _slots(self, anchor: datetime, first: datetime, final: datetime) -> int:
        """Count the slots from one moment up to another; one slot is at `anchor`."""
        interval = timedelta(seconds=self.interval_s)
        return (final - anchor) // interval + (anchor - first) // interval + 1
