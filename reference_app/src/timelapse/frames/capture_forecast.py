"""What follows from a camera's settings: when it captures next, and how much comes of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import quantiles
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from camera_agent.protocol.settings import Schedule
from timelapse.frames.capture_schedule import CaptureSchedule
from timelapse.frames.daylight import timezone_of
from timelapse.frames.models import Frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camera_agent.protocol.settings import CameraSettings
    from camera_agent.protocol.windows import Span
    from timelapse.cameras.models import Camera

#: So far ahead a capture is looked for: longer than a polar night.
HORIZON: Final = timedelta(days=200)
#: Days that are compared.
WEEK: Final = 7
#: The newest frames whose sizes say how large the next ones will be, and how many it takes.
_SIZES: Final = 200
_FEWEST_SIZES: Final = 5
_DAY: Final = timedelta(days=1)
_STEP: Final = timedelta(days=8)


class Range(NamedTuple):
    """The least and the most of a figure."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureForecast:
    """What to expect of a camera with certain settings; None for what is not known."""

    timezone: str
    #: Whether the server sets no windows, so that those in the agent's own file apply, which it doesn't know.
    windows_are_the_agents: bool
    #: The period in which it captures, now or next; None: none within ``HORIZON``.
    opens_at: datetime | None
    #: None: it doesn't close within ``HORIZON``.
    closes_at: datetime | None
    #: Of the seven days after today or, if it begins later, from then on.
    frames_a_day: Range
    bytes_a_day: Range | None
    #: How many days fit on the agent's disk while it can't deliver.
    disk_days: Range | None


def forecast(camera: Camera, settings: CameraSettings, *, now: datetime) -> CaptureForecast:
    """Forecast what follows from the settings. Takes one query."""
    newest = Frame.objects.filter(camera=camera).order_by("-captured_at", "-sequence")
    zone = timezone_of(settings, camera.health) or "UTC"
    return forecast_of(
        settings,
        zone=zone,
        sizes=list(newest.values_list("bytes", flat=True)[:_SIZES]),
        disk_free=camera.disk_free,
        now=now,
    )


def forecast_of(
    settings: CameraSettings, *, zone: str, sizes: Sequence[int], disk_free: int | None, now: datetime
) -> CaptureForecast:
    """Forecast it from the sizes of recent frames and the free space on the agent's disk, bytes. Pure."""
    schedule = CaptureSchedule(
        interval_s=settings.interval_s, schedule=settings.schedule or Schedule(), timezone=zone
    )
    period = _next_period(schedule, now)
    frames = _frames_a_day(schedule, now if period is None else max(now, period[0]))
    size = _size_range(sizes)
    day = None if size is None else Range(frames.low * size.low, frames.high * size.high)
    return CaptureForecast(
        timezone=zone,
        windows_are_the_agents=settings.schedule is None,
        opens_at=period and period[0],
        closes_at=None if period is None or period[1] >= now + HORIZON else period[1],
        frames_a_day=frames,
        bytes_a_day=day,
        disk_days=_disk_days(disk_free, frames, size),
    )


def _next_period(schedule: CaptureSchedule, now: datetime) -> Span | None:
    """Return the period that is open now or opens next, looked for in steps that it may go on across."""
    first, _ = schedule.schedule.limits(schedule.timezone)
    since = max(now, first)
    end = since + HORIZON
    found: Span | None = None
    while since < end:
        until = since + _STEP if schedule.schedule.windows else end
        for period in schedule.open_within(since, until):
            if period[0] == period[1]:
                continue  # a window from 24:00 to 00:00 is empty
            if found is not None and period[0] > found[1]:
                return found
            found = (found or period)[0], period[1]
        if found is not None and found[1] < until:
            return found
        since = until
    return found


def _frames_a_day(schedule: CaptureSchedule, since: datetime) -> Range:
    local = since.astimezone(ZoneInfo(schedule.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    edges = [midnight + number * _DAY for number in range(1, WEEK + 2)]
    counts = [
        sum(schedule.expected(end - begin) for begin, end in schedule.open_within(*day))
        for day in pairwise(edges)
    ]
    return Range(min(counts), max(counts))


def _size_range(sizes: Sequence[int]) -> Range | None:
    """The sizes of eight frames in ten."""
    if len(sizes) < _FEWEST_SIZES:
        return None
    tenths = quantiles(sizes, n=10, method="inclusive")
    return Range(tenths[0], tenths[-1])


def _disk_days(free: int | None, frames: Range, size: Range | None) -> Range | None:
    """Days of the busiest kind, which are those that fill a disk."""
    if free is None or size is None or frames.high == 0 or size.low == 0:
        return None
    return Range(free / (frames.high * size.high), free / (frames.high * size.low))
