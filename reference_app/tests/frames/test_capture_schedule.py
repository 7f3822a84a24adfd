from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_agent.protocol import reading
from camera_agent.protocol.settings import Schedule
from timelapse.frames.capture_schedule import CaptureSchedule

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol" / "schedules.json"


def every(interval_s, schedule=None, **more):
    """The capture schedule of these settings."""
    return CaptureSchedule(interval_s=interval_s, schedule=reading.read(Schedule, schedule or {}), **more)


def hours(spans):
    return [
        ((begin - MONDAY) / timedelta(hours=1), (end - MONDAY) / timedelta(hours=1)) for begin, end in spans
    ]


def test_without_windows_frames_are_expected_always():
    schedule = every(2, None)
    assert schedule.open_within(MONDAY, MONDAY + DAY) == [(MONDAY, MONDAY + DAY)]
    assert schedule.expected(timedelta(minutes=1)) == 30


@pytest.mark.parametrize(
    ("window", "spans"),
    [
        ("06:30..20:00", [(6.5, 20), (30.5, 44)]),
        ("tue 06:00..20:00", [(30, 44)]),
        ("sat-mon 06:00..20:00", [(6, 20)]),
        ("wed, mon 22:00..02:00", [(22, 26)]),
        ("22:00..02:00", [(0, 2), (22, 26), (46, 48)]),
        ("00:00..24:00", [(0, 48)]),
    ],
)
def test_windows_open_and_close_by_the_clock_on_the_wall(window, spans):
    schedule = every(2, {"windows": [window]})
    assert hours(schedule.open_within(MONDAY, MONDAY + 2 * DAY)) == spans


def test_windows_are_on_the_clock_of_the_schedules_time_zone():
    schedule = every(2, {"windows": ["06:00..20:00"], "timezone": "Europe/Zurich"})
    assert hours(schedule.open_within(MONDAY, MONDAY + DAY)) == [(5, 19)]


@pytest.mark.parametrize(
    ("configured", "reported", "span"),
    [("", "Asia/Tokyo", (-3, 11)), ("Europe/Zurich", "Asia/Tokyo", (5, 19)), ("", "", (6, 20))],
)
def test_where_the_schedule_names_no_time_zone_the_cameras_own_counts(configured, reported, span):
    schedule = every(2, {"windows": ["mon 06:00..20:00"], "timezone": configured}, timezone=reported or "UTC")
    assert hours(schedule.open_within(MONDAY - DAY, MONDAY + DAY)) == [span]


@pytest.mark.parametrize("case", json.loads(GOLDEN.read_text()), ids=lambda case: str(case["schedule"]))
def test_a_schedule_is_open_when_the_protocol_says_so(case):
    moments = [[datetime.fromisoformat(one) for one in span] for span in case["open"]]
    since, until = (datetime.fromisoformat(case[name]) for name in ("since", "until"))
    found = every(60, case["schedule"]).open_within(since, until)
    assert [[one.replace(microsecond=0) for one in span] for span in found] == moments


def test_nothing_is_expected_while_settings_were_not_in_force():
    schedule = every(2, {"start": "2026-11-24"}, during=(MONDAY, MONDAY + DAY + timedelta(hours=6)))
    assert hours(schedule.open_within(MONDAY - DAY, MONDAY + 9 * DAY)) == [(24, 30)]


@pytest.mark.parametrize("window", ["sunrise", "late..early", "sunset+x..dusk"])
def test_what_is_no_window_is_not_read_as_one(window):
    with pytest.raises(ValueError, match=r"no window|neither a time"):
        every(2, {"windows": [window]})


@pytest.mark.parametrize(
    ("last", "following", "missed"),
    [(0, 10, 0), (0, 17, 0), (9, 20, 0), (0, 20, 1), (0, 24, 1), (9, 30, 1), (0, 60, 5)],
)
def test_a_frame_may_be_late_but_a_slot_without_one_is_missed(last, following, missed):
    since, until = (MONDAY + timedelta(seconds=one) for one in (last, following))
    assert sum(count for _, _, count in every(10, None).missed(since, until)) == missed


def test_a_burst_makes_several_frames_of_a_slot():
    schedule = every(10, {"burst": 3, "burst_s": 2})
    assert schedule.expected(timedelta(minutes=1)) == 18
    last, following = (MONDAY + timedelta(seconds=one) for one in (4, 30))
    assert schedule.missed(last, following) == [(last, following, 6)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(
    begin=st.integers(0, 23), end=st.integers(0, 24), since=st.integers(0, 200), length=st.integers(1, 200)
)
def test_open_stretches_lie_inside_the_question_and_never_overlap(begin, end, since, length):
    start = MONDAY + timedelta(hours=since)
    stop = start + timedelta(hours=length)
    spans = every(2, {"windows": [f"{begin:02d}:00..{end:02d}:00"]}).open_within(start, stop)
    assert all(start <= opens < closes <= stop for opens, closes in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
