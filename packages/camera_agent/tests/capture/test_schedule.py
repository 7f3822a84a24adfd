from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_agent.capture.schedule import Grid, Timetable
from camera_agent.protocol import reading
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.settings import Schedule
from tests.golden import golden

START = datetime(2026, 3, 15, 11, tzinfo=UTC)
MONTH_S = 30 * 86400.0
OFFICE = Schedule(windows=("mon-fri 08:00..17:00",), timezone="Europe/Zurich")


def timetable(schedule: Schedule, interval_s: float, *, origin: float = 1000.0) -> Timetable:
    return Timetable(
        grid=Grid(origin=origin, interval_s=interval_s),
        schedule=schedule,
        wall=lambda at: START + timedelta(seconds=at - origin),
    )


def film(table: Timetable, until: float, takes_s=lambda _slot: 0.3) -> list[float]:
    """The slots filmed from the origin on, when each capture takes so long."""
    now, slots = table.grid.origin, []
    while (check := table.next_check(now)).at < until:
        if check.capture:
            slots.append(check.at)
        now = max(check.at, check.at + takes_s(check.at)) if check.capture else check.at
        now = max(now, check.at + table.grid.interval_s / 2) if check.capture else now
    return slots


@pytest.mark.parametrize(
    ("now", "slot"), [(99.0, 100.0), (100.0, 100.0), (100.1, 102.0), (102.0, 102.0), (109.0, 110.0)]
)
def test_the_next_slot_lies_on_the_grid(now, slot):
    assert Grid(origin=100.0, interval_s=2.0).next_slot(now) == slot


@given(st.floats(0.1, 3600), st.floats(0, 1e6), st.integers(1, 400_000))
def test_after_any_time_a_slot_is_met_as_the_slot_it_is(interval_s, origin, number):
    grid = Grid(origin=origin, interval_s=interval_s)
    slot = origin + number * interval_s
    assert grid.next_slot(slot) == pytest.approx(slot, abs=1e-5)
    assert grid.next_slot(grid.next_slot(slot)) == grid.next_slot(slot)


@settings(deadline=None, max_examples=20)
@given(st.floats(600, 3600), st.lists(st.floats(0.05, 50), min_size=1, max_size=20))
def test_a_month_of_captures_of_any_length_does_not_drift(interval_s, lengths):
    table = timetable(Schedule(), interval_s)
    slots = film(table, 1000.0 + MONTH_S, lambda slot: lengths[int(slot) % len(lengths)])
    expected = [1000.0 + number * interval_s for number in range(len(slots))]
    assert slots == pytest.approx(expected, abs=1e-4)
    assert MONTH_S / interval_s - len(slots) <= 1


def test_slots_slept_through_are_left_out_not_made_up_for():
    table = timetable(Schedule(), 2.0)
    assert table.next_check(1061.0).at == 1062.0
    assert table.missed(1001.0, 1062.0) == 30
    assert table.missed(1061.0, 1062.0) == 0
    assert table.missed(1062.0, 1062.0) == 0


def test_captures_that_take_longer_than_the_interval_come_at_every_other_slot():
    slots = film(timetable(Schedule(), 2.0), 1020.0, lambda _slot: 3.0)
    assert slots == [1000.0, 1004.0, 1008.0, 1012.0, 1016.0]


def test_in_a_month_every_slot_inside_the_windows_is_filmed_and_no_other():
    table = timetable(OFFICE, 600.0)
    filmed = film(table, 1000.0 + MONTH_S)
    local = [(START + timedelta(seconds=slot - 1000.0)) for slot in filmed]
    # The clocks go forward on 29 March: an hour earlier in UTC from then on.
    early, late = (
        {moment.hour for moment in local if (moment.month, moment.day) < (3, 29)},
        {moment.hour for moment in local if (moment.month, moment.day) > (3, 29)},
    )
    assert (early, late) == (set(range(7, 16)), set(range(6, 15)))
    assert all(moment.weekday() < 5 for moment in local)
    # 15 March to 14 April at noon has 22 office days, the last one filmed in part.
    whole = [slot for slot in filmed if slot < 1000.0 + 29.5 * 86400]
    assert len(whole) == 21 * 9 * 6 + 0


def test_what_was_slept_through_outside_the_windows_was_not_missed():
    table = timetable(OFFICE, 600.0)  # it begins on a Sunday
    assert table.missed(1000.0, 1000.0 + 86400 * 0.7) == 0
    assert table.missed(1000.0, 1000.0 + 86400 * 7) == 5 * 9 * 6


@settings(deadline=None, max_examples=20)
@given(st.floats(0, MONTH_S), st.floats(0, MONTH_S))
def test_filmed_and_missed_slots_are_all_slots(first, length):
    table = timetable(OFFICE, 900.0)
    since, until = 1000.0 + first, 1000.0 + first + length
    inside = [slot for slot in film(table, until, lambda _slot: 0.0) if slot >= since]
    assert table.missed(since, until) == len(inside)


def test_while_the_time_is_not_known_every_slot_is_filmed():
    table = Timetable(grid=Grid(origin=0.0, interval_s=5.0), schedule=OFFICE, wall=lambda _at: None)
    assert all(table.next_check(now).capture for now in range(0, 86400, 500))
    assert table.missed(0.0, 50.0) == 10


def test_a_closed_schedule_is_looked_at_every_minute_since_clocks_get_set():
    check = timetable(OFFICE, 2.0).next_check(1000.0)
    assert (check.capture, check.at) == (False, 1060.0)


def test_start_and_end_may_be_moments():
    schedule = Schedule(start="2026-03-20T18:30", end="2026-03-20T20:00:00+00:00", timezone="Europe/Zurich")
    first, last = datetime(2026, 3, 20, 17, 30, tzinfo=UTC), datetime(2026, 3, 20, 20, tzinfo=UTC)
    assert schedule.open_periods(START, START + timedelta(days=30)) == [(first, last)]


@pytest.mark.parametrize(
    ("schedule", "name", "message"),
    [
        (Schedule(windows=("6..8",)), "windows", "'6' is neither a time"),
        (Schedule(windows=("sunrise..sunset",)), "windows", "needs a place"),
        (Schedule(timezone="Zurich"), "timezone", "no time zone 'Zurich'"),
        (Schedule(start="soon"), "start", "no day and no moment"),
        (Schedule(start="2026-03-02", end="2026-03-01"), "end", "is not after the start"),
        (Schedule(burst=0), "burst", "must be from 1 to 100, and is 0"),
        (Schedule(latitude=91), "latitude", "must be from -90 to 90"),
        (Schedule(bulb_s=-1), "bulb_s", "must be from 0"),
        (Schedule(burst_s=0), "burst_s", "must be from 0.05"),
    ],
)
def test_what_cant_work_is_named(schedule, name, message):
    with pytest.raises(InvalidValueError) as refused:
        reading.check(schedule)
    assert refused.value.path == name
    assert message in refused.value.message


def test_what_works_has_no_trouble():
    schedule = Schedule(
        windows=("mon-fri sunrise-30m..sunset+30m",),
        latitude=47.4,
        longitude=8.5,
        timezone="Europe/Zurich",
        start="2026-03-01",
        end="2026-04-01",
        burst=3,
    )
    reading.check(schedule)


def test_schedules_are_open_when_the_protocol_says_so():
    for case in golden("schedules"):
        schedule = reading.read(Schedule, case["schedule"])
        since, until = (datetime.fromisoformat(case[name]) for name in ("since", "until"))
        found = [[one.replace(microsecond=0) for one in span] for span in schedule.open_periods(since, until)]
        assert found == [[datetime.fromisoformat(one) for one in span] for span in case["open"]], case
