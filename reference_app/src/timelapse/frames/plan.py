"""When a camera should film: its interval, windows and dates, as they were wished of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import ZoneInfo

from timelapse.frames.windows import Place, Span, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: A stretch, and how many frames are missing in it.
Missed = tuple[datetime, datetime, int]

_DAY: Final = timedelta(days=1)
_EVER: Final[Span] = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
#: Days that one question is answered for at most: three years and some.
_MOST: Final = 1200
#: A window may begin a day before the day that it reaches into, and the sun's day is not the clock's.
_BEFORE: Final = 2 * _DAY
#: A frame may come late by this share of the interval before a slot counts as missed.
LATE: Final = 0.8
#: So far off its slot a frame may be that is not late: clocks err, and machines are busy.
_NEAR: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When frames are to be expected. Without windows: always, between its limits."""

    interval_s: float
    windows: tuple[Window, ...] = ()
    place: Place = field(default_factory=Place)
    limits: Span = _EVER
    #: Frames taken one after another in each slot, so many seconds apart.
    burst: int = 1
    burst_s: float = 1.0

    @classmethod
    def of(
        cls,
        interval_s: float,
        schedule: Mapping[str, object] | None,
        *,
        during: Span = _EVER,
        timezone: str = "",
    ) -> Self:
        """Read what was wished of a camera, for the time in which that counted.

        `timezone` is its own, which counts where the schedule names none; UTC for one that never told it.
        """
        values = schedule or {}
        written = values.get("windows")
        place = Place(
            zone=ZoneInfo(str(values.get("timezone") or timezone or "UTC")),
            latitude=_number(values, "latitude", 0.0),
            longitude=_number(values, "longitude", 0.0),
        )
        first = _moment(str(values.get("start") or ""), place, after=False) or _EVER[0]
        last = _moment(str(values.get("end") or ""), place, after=True) or _EVER[1]
        return cls(
            interval_s=interval_s,
            windows=tuple(Window.of(str(one)) for one in written) if isinstance(written, list) else (),
            place=place,
            limits=(max(first, during[0]), min(last, during[1])),
            burst=int(_number(values, "burst", 1)),
            burst_s=_number(values, "burst_s", 1.0),
        )

    def expected(self, size: timedelta) -> int:
        """Say how many frames a stretch of open time holds."""
        return int(size.total_seconds() / self.interval_s) * self.burst

    def open_within(self, since: datetime, until: datetime) -> list[Span]:
        """Give the stretches between two moments in which the camera should film, in order and apart."""
        since, until = max(since, self.limits[0]), min(until, self.limits[1])
        if since >= until:
            return []
        if not self.windows:
            return [(since, until)]
        spans = [(max(begin, since), min(end, until)) for begin, end in self._spans(since, until)]
        return list(_united(sorted(one for one in spans if one[0] < one[1])))

    def missed(self, last: datetime, following: datetime, since: datetime = _EVER[0]) -> list[Missed]:
        """Find the open stretches between two neighbouring frames with slots in which none was taken.

        Slots are a fixed interval apart, and so known from either frame. One of the two may be late, so the
        lower count is right. An agent that gets another wish begins its slots anew, so that one of the two
        frames says nothing of them: then a slot that seems to lie just after an opening may be one of before
        it, for the other frame may be late. What lies before `since` is not asked for.
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
        """Count the slots from one moment up to another, of the grid through `anchor`."""
        interval = timedelta(seconds=self.interval_s)
        return (final - anchor) // interval + (anchor - first) // interval + 1

    def _spans(self, since: datetime, until: datetime) -> Iterator[Span]:
        day = since.astimezone(self.place.zone).date() - _BEFORE
        days = math.ceil((until - since + _BEFORE) / _DAY) + 2
        for number in range(min(days, _MOST)):
            for window in self.windows:
                if found := window.on(day + number * _DAY, self.place):
                    yield found


def _united(spans: list[Span]) -> Iterator[Span]:
    """Unite sorted stretches that overlap or touch."""
    begin, end = spans[0] if spans else _EVER
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
    """Read a day, or a moment; the end of the day when `after` is set. None for nothing."""
    if not text:
        return None
    if "T" not in text and " " not in text:
        return place.at(date.fromisoformat(text) + timedelta(days=int(after)), timedelta())
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return place.at(moment.date(), moment - datetime.combine(moment.date(), time()))
