"""What follows from a camera's settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strawberry import relay

from camera_agent.protocol.settings import CameraSettings, Schedule
from timelapse.cameras.models import Camera
from timelapse.frames.capture_forecast import HORIZON, forecast_of

#: A Sunday.
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
KIRUNA = {"latitude": 67.86, "longitude": 20.23}


def forecast(*windows, interval_s=60, sizes=(), disk_free=None, now=NOON, zone="UTC", **schedule):
    settings = CameraSettings(interval_s=interval_s, schedule=Schedule(windows=windows, **schedule))
    return forecast_of(settings, zone=zone, sizes=sizes, disk_free=disk_free, now=now)


def test_without_windows_it_captures_always():
    found = forecast()
    assert (found.opens_at, found.closes_at) == (NOON, None)
    assert found.frames_a_day == (1440, 1440)


def test_a_window_that_is_open_says_when_it_closes():
    found = forecast("06:30..20:00")
    assert (found.opens_at, found.closes_at) == (NOON, NOON.replace(hour=20))
    assert found.frames_a_day == (810, 810)


@pytest.mark.parametrize("windows", [["00:00..24:00"], ["00:00..12:00", "12:00..24:00"]])
def test_windows_that_never_close_have_no_end(windows):
    found = forecast(*windows)
    assert (found.opens_at, found.closes_at) == (NOON, None)


def test_an_empty_window_opens_never():
    assert forecast("24:00..00:00").opens_at is None


def test_the_next_capture_is_at_the_next_opening():
    found = forecast("mon-fri 06:30..20:00")
    assert found.opens_at == datetime(2026, 11, 30, 6, 30, tzinfo=UTC)
    assert found.frames_a_day == (0, 810)


def test_windows_follow_the_clock_of_the_camera():
    found = forecast("mon-fri 06:30..20:00", zone="Asia/Kolkata")
    assert found.opens_at == datetime(2026, 11, 30, 1, tzinfo=UTC)


def test_each_capture_of_a_burst_counts():
    assert forecast("06:00..18:00", burst=3).frames_a_day == (2160, 2160)


def test_a_first_day_in_the_future_is_when_it_opens_and_where_days_are_counted():
    found = forecast("06:00..18:00", start="2028-03-01")
    assert found.opens_at == datetime(2028, 3, 1, 6, tzinfo=UTC)
    assert found.frames_a_day == (720, 720)


def test_nothing_comes_after_the_last_day():
    found = forecast("06:00..18:00", end="2026-11-01")
    assert (found.opens_at, found.closes_at) == (None, None)
    assert found.frames_a_day == (0, 0)


def test_the_end_of_a_polar_night_is_found():
    found = forecast("sunrise..sunset", **KIRUNA, now=datetime(2026, 12, 15, tzinfo=UTC))
    assert datetime(2026, 12, 28, tzinfo=UTC) < found.opens_at < datetime(2027, 1, 5, tzinfo=UTC)


def test_days_get_longer_in_spring():
    low, high = forecast("sunrise..sunset", **KIRUNA, now=datetime(2027, 3, 1, tzinfo=UTC)).frames_a_day
    assert 0 < low < high


def test_sizes_are_a_range_of_recent_frames_and_not_known_with_too_few():
    sizes = [100, 100, 200, 200, 200, 200, 300, 300, 300, 1_000_000]
    found = forecast(sizes=sizes, disk_free=10_000_000)
    low, high = found.bytes_a_day
    assert low == 1440 * 100
    assert 1440 * 300 <= high < 1440 * 1_000_000
    assert found.disk_days == (10_000_000 / high, 10_000_000 / low)
    assert forecast(sizes=[100] * 4, disk_free=10_000_000).bytes_a_day is None


def test_a_disk_without_a_figure_or_without_captures_holds_no_number_of_days():
    assert forecast(sizes=[100] * 9).disk_days is None
    assert forecast(sizes=[100] * 9, disk_free=1, end="2026-11-01").disk_days is None


def test_settings_without_a_schedule_leave_the_windows_to_the_agent():
    found = forecast_of(CameraSettings(interval_s=10), zone="UTC", sizes=(), disk_free=None, now=NOON)
    assert found.windows_are_the_agents
    assert not forecast().windows_are_the_agents


@given(
    hours=st.tuples(st.integers(0, 24), st.integers(0, 24)),
    ahead=st.integers(0, 400),
    interval_s=st.floats(1, 86_400),
)
def test_an_opening_is_never_past_and_a_day_has_no_more_than_its_slots(hours, ahead, interval_s):
    now = NOON + timedelta(hours=ahead)
    found = forecast("{:02}:00..{:02}:00".format(*hours), interval_s=interval_s, now=now)
    assert found.opens_at is None or now <= found.opens_at < now + HORIZON
    assert found.closes_at is None or found.opens_at < found.closes_at
    assert 0 <= found.frames_a_day.low <= found.frames_a_day.high <= 86_400 / interval_s


FORECAST = """query ($id: ID!, $configuration: JSON) { node(id: $id) { ... on Camera {
  captureForecast(configuration: $configuration) {
    windowsAreTheAgents lowFramesADay highFramesADay lowBytesADay highBytesADay lowDiskDays timezone
  }
} } }"""


@pytest.fixture
def forecast_for(member, camera):
    def ask(configuration=None):
        answer = member.ask(FORECAST, id=relay.to_base64("Camera", camera.pk), configuration=configuration)
        return answer["data"]["node"]["captureForecast"]

    return ask


@pytest.mark.django_db
def test_the_page_asks_what_follows_from_the_current_settings(forecast_for, store, camera):
    Camera.objects.filter(pk=camera.pk).update(disk_free=99 * 86_400)
    for second in range(5):
        store(camera, second=second, bytes=99)
    assert forecast_for() == {
        "windowsAreTheAgents": True,
        "lowFramesADay": 86_400 // 2,
        "highFramesADay": 86_400 // 2,
        "lowBytesADay": 99 * 86_400 // 2,
        "highBytesADay": 99 * 86_400 // 2,
        "lowDiskDays": 2.0,
        "timezone": "UTC",
    }


@pytest.mark.django_db
def test_the_page_asks_about_settings_before_they_are_saved(forecast_for):
    found = forecast_for({"interval_s": 60, "schedule.windows": "06:00..18:00"})
    assert not found["windowsAreTheAgents"]
    assert (found["highFramesADay"], found["lowBytesADay"]) == (720, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "unfinished",
    [
        {},
        [],
        "60",
        {"interval_s": None},
        {"interval_s": 1e300},
        {"interval_s": 60, "schedule.windows": "06:00.."},
        {"interval_s": 60, "schedule.windows": "sunrise..sunset"},
        {"interval_s": 60, "schedule.windows": {"a": [1]}},
        {"interval_s": 60, "schedule.start": "9999-12-31"},
    ],
    ids=str,
)
def test_settings_that_cant_work_have_no_forecast(forecast_for, unfinished):
    assert forecast_for(unfinished) is None
