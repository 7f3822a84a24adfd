"""The time zone of a camera, and the nights where it stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from camera_agent.protocol import sun
from timelapse.cameras.health import Health

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from camera_agent.protocol.settings import CameraSettings

#: The longest period whose nights are worked out.
LONGEST: Final = timedelta(days=62)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """From sunset to sunrise."""

    begins_at: datetime
    ends_at: datetime


def timezone_of(settings: CameraSettings, health: Mapping[str, object]) -> str | None:
    """Return the name of a camera's time zone: that of its schedule, or what its agent reported; or None."""
    schedule = settings.schedule
    return (schedule.timezone if schedule else "") or Health.from_json(health).timezone or None


def nights(settings: CameraSettings, zone: ZoneInfo, since: datetime, until: datetime) -> list[Night] | None:
    """Return the nights of a period, each within it; None if the place of the camera is not known."""
    schedule = settings.schedule
    if schedule is None or schedule.latitude == schedule.longitude == 0.0:
        return None
    found = _nights(schedule.latitude, schedule.longitude, zone, since, until)
    clipped = (
        Night(begins_at=max(night.begins_at, since), ends_at=min(night.ends_at, until)) for night in found
    )
    return [night for night in clipped if night.begins_at < night.ends_at]


def _nights(
    latitude: float, longitude: float, zone: ZoneInfo, since: datetime, until: datetime
) -> Iterator[Night]:
    day = since.astimezone(zone).date() - _DAY
    last = until.astimezone(zone).date()
    while day <= last:
        yield Night(
            begins_at=sun.event(day, "sunset", latitude=latitude, longitude=longitude),
            ends_at=sun.event(day + _DAY, "sunrise", latitude=latitude, longitude=longitude),
        )
        day += _DAY
