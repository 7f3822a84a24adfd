"""When a camera should capture: the interval, windows and dates of its settings."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import ZoneInfo

from timelapse.frames.windows import Place, Span, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: A period, and how many frames are missing in it.
Missed = tuple[datetime, datetime, int]

_DAY: Final = timedelta(days=1)
_ALWAYS: Final[Span] = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
#: How many days a timeline may cover at most: a bit more than three years.
_MOST: Final = 1200
#: Windows that begin up to this long before a moment may include it.
_BEFORE: Final = 2 * _DAY
#: A frame may be late by this share of the interval before its slot counts as missed.
LATE: Final = 0.8
#: How far from its slot a punctual frame may be.
_NEAR: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSchedule:
    """When frames are expected. Without windows: always, within the limits."""

    interval_s: float
    windows: tuple[Window, ...] = ()
    place: Place = field(default_factory=Place)
    limits: Span = _ALWAYS
    #: Number of frames in each slot, and the seconds between them.
    burst: int = 1
    burst_s: float = 1.0

    @classmethod
    def of(
        cls,
        interval_s: float,
        schedule: Mapping[str, object] | None,
        *,
        during: Span = _ALWAYS,
        timezone: str = "",
    ) -> Self:
        """Return the schedule of a camera's settings, for the period in which they applied.

        `timezone` is the camera's own, used if the schedule has none; UTC if it was never reported.
        """
        values = schedule or {}
        windows = values.get("windows")
        place = Place(
            zone=ZoneInfo(str(values.get("timezone") or timezone or "UTC")),
            latitude=_number(values, "latitude", 0.0),
            longitude=_number(values, "longitude", 0.0),
        )
        first = _moment(str(values.get("start") or ""), place, after=False) or _ALWAYS[0]
        last = _moment(str(values.get("end") or ""), place, after=True) or _ALWAYS[1]
        return cls(
            interval_s=interval_s,
            windows=tuple(Window.of(str(one)) for one in windows) if isinstance(windows, list) else (),
            place=place,
            limits=(max(first, during[0]), min(last, during[1])),
            burst=int(_number(values, "burst", 1)),
            burst_s=_number(values, "burst_s", 1.0),
        )

    def expected(self, size: timedelta) -> int:
        """Return how many frames an open period of this length should have."""
        return int(size.total_seconds() / self.interval_s) * self.burst

    def open_within(self, since: datetime, until: datetime) -> list[Span]:
        """Return the open periods between two moments, sorted and disjoint."""
        since, until = max(since, self.limits[0]), min(until, self.limits[1])
        if since >= until:
            return []
        if not self.windows:
            return [(since, until)]
        spans = [(max(begin, since), min(end, until)) for begin, end in self._spans(since, until)]
        return list(_merged(sorted(one for one in spans if one[0] < one[1])))

    def missed(self, last: datetime, following: datetime, since: datetime = _ALWAYS[0]) -> list[Missed]:
        """Find the open periods with missed slots between two consecutive frames.

        Slots are a fixed interval apart, so either frame determines them. One of the two may be late, so the
        lower count is right. New settings restart the slots: then only one of the two frames determines them,
        and a slot just after an opening may in fact precede it. Periods before `since` are ignored.
        """
        begun = last - timedelta(seconds=(self.burst - 1) * self.burst_s)
        late = timedelta(seconds=self.interval_s * LATE)
        same_slots = self.limits[0] <= begun and following <= self.limits[1]
        found = []
        for begin, end in self.open_within(max(begun, since), following):
            after = min(late, _NEAR) if same_slots and begin > begun else late
            within = begin + after, min(end - timedelta.resolution, following - late)
            slots = min(self._slots(anchor, *within) for anchor in (begun, following))
            if slots > 0:
                found.append((max(begin, last), end, slots * self.burst))
        return found

    def _slots(self, anchor: datetime, first: datetime, final: datetime) -> int:
        """Count the slots from one moment up to another; one slot is at `anchor`."""
        interval = timedelta(seconds=self.interval_s)
        return (final - anchor) // interval + (anchor - first) // interval + 1

    def _spans(self, since: datetime, until: datetime) -> Iterator[Span]:
        day = since.astimezone(self.place.zone).date() - _BEFORE
        days = math.ceil((until - since + _BEFORE) / _DAY) + 2
        for number in range(min(days, _MOST)):
            for window in self.windows:
                if found := window.on(day + number * _DAY, self.place):
                    yield found


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Merge sorted periods that overlap or touch."""
    begin, end = spans[0] if spans else _ALWAYS
    for following in spans[1:]:
        if following[0] <= end:
            end = max(end, following[1])
            continue
        yield begin, end
        begin, end = following
    if spans:
        yield begin, end


def _number(values: Mapping[str, object], name: str, otherwise: float) -> float:
    value = values.get(name)
    return value if isinstance(value, int | float) else otherwise


def _moment(text: str, place: Place, *, after: bool) -> datetime | None:
    """Parse a day or a moment; a day ends when `after` is set, else it begins. None for an empty text."""
    if not text:
        return None
    if "T" not in text and " " not in text:
        return place.at(date.fromisoformat(text) + timedelta(days=int(after)), timedelta())
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return place.at(moment.date(), moment - datetime.combine(moment.date(), time()))
