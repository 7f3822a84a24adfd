from __future__ import annotations

from datetime import UTC, datetime, timedelta

from camera_agent.protocol.settings import Schedule
from camera_agent.schedule_state import ScheduleState, state_at

START = datetime(2026, 3, 15, 11, tzinfo=UTC)


def test_overlapping_and_touching_windows_are_one_opening():
    schedule = Schedule(windows=("06:00..09:00", "08:00..12:00", "12:00..13:00"), timezone="UTC")
    state = state_at(schedule, datetime(2026, 3, 15, 7, tzinfo=UTC))
    assert state == ScheduleState(open=True, until=datetime(2026, 3, 15, 13, tzinfo=UTC))
    closed = state_at(schedule, datetime(2026, 3, 15, 14, tzinfo=UTC))
    assert closed == ScheduleState(open=False, until=datetime(2026, 3, 16, 6, tzinfo=UTC))


def test_start_and_end_are_days_of_the_place_both_included():
    schedule = Schedule(start="2026-03-20", end="2026-03-21", timezone="Europe/Zurich")
    first, last = datetime(2026, 3, 19, 23, tzinfo=UTC), datetime(2026, 3, 21, 23, tzinfo=UTC)
    assert state_at(schedule, START) == ScheduleState(open=False, until=first)
    assert state_at(schedule, first) == ScheduleState(open=True, until=last)
    assert not state_at(schedule, last).open
    assert schedule.open_periods(START, START + timedelta(days=30)) == [(first, last)]


def test_a_window_that_never_comes_is_looked_for_a_week_at_a_time():
    schedule = Schedule(windows=("sunrise..sunset",), latitude=80.0, longitude=10.0, timezone="UTC")
    midwinter = datetime(2026, 12, 10, tzinfo=UTC)
    state = state_at(schedule, midwinter)
    assert state == ScheduleState(open=False, until=midwinter + timedelta(days=7))
    assert schedule.open_periods(midwinter, midwinter + timedelta(days=20)) == []
