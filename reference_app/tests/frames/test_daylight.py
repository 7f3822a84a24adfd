from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from camera_agent.protocol.settings import CameraSettings, Schedule
from timelapse.frames.daylight import nights, timezone_of

ZURICH = ZoneInfo("Europe/Zurich")
MIDNIGHT = datetime(2026, 6, 21, tzinfo=ZURICH)


def settings(**schedule):
    return CameraSettings(interval_s=10, schedule=Schedule(**schedule))


def test_a_day_has_its_end_of_the_night_before_and_its_beginning_of_the_next():
    found = nights(settings(latitude=47.4, longitude=8.5), ZURICH, MIDNIGHT, MIDNIGHT + timedelta(days=1))
    first, second = found
    assert first.begins_at == MIDNIGHT
    assert datetime(2026, 6, 21, 3, 15, tzinfo=UTC) < first.ends_at < datetime(2026, 6, 21, 3, 45, tzinfo=UTC)
    assert (
        datetime(2026, 6, 21, 19, 10, tzinfo=UTC)
        < second.begins_at
        < datetime(2026, 6, 21, 19, 40, tzinfo=UTC)
    )
    assert second.ends_at == MIDNIGHT + timedelta(days=1)


def test_the_midnight_sun_leaves_no_night():
    oslo = ZoneInfo("Europe/Oslo")
    begin = datetime(2026, 6, 21, tzinfo=oslo)
    assert nights(settings(latitude=78, longitude=15), oslo, begin, begin + timedelta(hours=12)) == []


@pytest.mark.parametrize("unknown", [CameraSettings(interval_s=10), settings()])
def test_without_a_place_nothing_is_known_of_nights(unknown):
    assert nights(unknown, ZURICH, MIDNIGHT, MIDNIGHT + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("schedule", "health", "zone"),
    [("Europe/Zurich", "Asia/Tokyo", "Europe/Zurich"), ("", "Asia/Tokyo", "Asia/Tokyo"), ("", "", None)],
)
def test_the_time_zone_is_that_of_the_schedule_or_else_the_agents(schedule, health, zone):
    assert timezone_of(settings(timezone=schedule), {"timezone": health}) == zone
