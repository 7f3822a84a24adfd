from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timelapse.frames.plan import Plan

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def hours(spans):
    return [
        ((begin - MONDAY) / timedelta(hours=1), (end - MONDAY) / timedelta(hours=1)) for begin, end in spans
    ]


def test_without_windows_frames_are_expected_always():
    plan = Plan.of(2, None)
    assert plan.open_within(MONDAY, MONDAY + DAY) == [(MONDAY, MONDAY + DAY)]
    assert plan.slots(MONDAY, MONDAY + timedelta(minutes=1)) == 30


@pytest.mark.parametrize(
    ("window", "spans"),
    [
        ("06:30..20:00", [(6.5, 20), (30.5, 44)]),
        ("06:00-20:00", [(6, 20), (30, 44)]),
        ("tue 06:00..20:00", [(30, 44)]),
        ("sat-mon 06:00..20:00", [(6, 20)]),
        ("wed, mon 22:00..02:00", [(22, 26)]),
        ("22:00..02:00", [(0, 2), (22, 26), (46, 48)]),
        ("00:00..24:00", [(0, 24), (24, 48)]),
    ],
)
def test_windows_open_and_close_by_the_clock_on_the_wall(window, spans):
    plan = Plan.of(2, {"windows": [window]})
    assert hours(plan.open_within(MONDAY, MONDAY + 2 * DAY)) == spans


def test_windows_are_on_the_clock_of_the_schedules_time_zone():
    plan = Plan.of(2, {"windows": ["06:00..20:00"], "timezone": "Europe/Zurich"})
    assert hours(plan.open_within(MONDAY, MONDAY + DAY)) == [(5, 19)]


@pytest.mark.parametrize(
    "schedule", [{"windows": ["sunrise..sunset"]}, {"windows": ["06:00..20:00"], "end": "2026-12-01"}]
)
def test_what_only_the_agent_knows_lets_nobody_expect_a_frame(schedule):
    assert Plan.of(2, schedule).open_within(MONDAY, MONDAY + DAY) == []


def test_a_burst_makes_several_frames_of_a_slot():
    assert Plan.of(10, {"burst": 3}).slots(MONDAY, MONDAY + timedelta(seconds=60)) == 18


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(
    begin=st.integers(0, 23), end=st.integers(0, 24), since=st.integers(0, 200), length=st.integers(1, 200)
)
def test_open_stretches_lie_inside_the_question_and_never_overlap(begin, end, since, length):
    start = MONDAY + timedelta(hours=since)
    stop = start + timedelta(hours=length)
    spans = Plan.of(2, {"windows": [f"{begin:02d}:00..{end:02d}:00"]}).open_within(start, stop)
    assert all(start <= opens < closes <= stop for opens, closes in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
