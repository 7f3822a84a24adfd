from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from timelapse.rendering.keogram.axis import COLUMNS, Axis, of_wall_clock, placed

ZURICH = ZoneInfo("Europe/Zurich")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = Axis.of_day(NOON, UTC)


def minutes(*numbers):
    return [DAY.begin + timedelta(minutes=number) for number in numbers]


@pytest.mark.parametrize(("day", "hours"), [((2026, 6, 1), 24), ((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_a_local_day_has_the_columns_of_its_hours(day, hours):
    axis = Axis.of_day(datetime(*day, 12, tzinfo=ZURICH), ZURICH)
    assert axis.end - axis.begin == timedelta(hours=hours)
    assert axis.begin.astimezone(ZURICH).strftime("%Y-%m-%d %H:%M") == "{}-{:02}-{:02} 00:00".format(*day)
    assert axis.columns == hours * 30


def test_an_hour_has_as_many_columns_as_a_day():
    axis = Axis(begin=NOON, end=NOON + timedelta(hours=1))
    assert (axis.slot, axis.columns) == (timedelta(seconds=5), COLUMNS)


def test_frames_that_follow_each_other_leave_no_column_empty():
    every_ten = minutes(*range(0, 24 * 60, 10))
    places = placed(every_ten, DAY)
    assert None not in places
    assert places[:9] == [0, 0, 0, 1, 1, 1, 1, 1, 2]


def test_a_night_without_frames_is_a_gap():
    places = placed(minutes(*range(6 * 60, 18 * 60, 2)), DAY)
    assert places[:179] == [None] * 179
    assert None not in places[180:540]
    assert places[541:] == [None] * 179


def test_a_gap_of_an_hour_is_seen_among_frames_of_each_minute():
    places = placed(minutes(*range(600), *range(660, 1440)), DAY)
    empty = [at for at, place in enumerate(places) if place is None]
    assert empty == list(range(empty[0], empty[-1] + 1))
    assert (empty[0], empty[-1]) == (pytest.approx(300, abs=1), pytest.approx(329, abs=1))


def by_day_and_by_night():
    """Each two minutes from 6 to 18, and each half hour before and after."""
    return minutes(*range(0, 360, 30), *range(360, 1080, 2), *range(1080, 1440, 30))


def test_a_camera_that_is_slower_by_night_has_no_gaps_and_its_frames_are_where_they_belong():
    moments = by_day_and_by_night()
    places = placed(moments, DAY)
    assert None not in places
    for column, place in enumerate(places):
        middle = DAY.begin + (column + 0.5) * DAY.slot
        assert abs(moments[place] - middle) == min(abs(moment - middle) for moment in moments)


@pytest.mark.parametrize(
    ("begin", "end", "empty"),
    # The frames beside the last gap are a half hour from what is usual next to them, and stand for it.
    [(720, 780, 28), (120, 300, 4 * 15), (1000, 1080, 8)],
    ids=["by day", "by night", "where one follows the other"],
)
def test_a_gap_of_a_camera_whose_interval_varies_is_a_gap(begin, end, empty):
    lost = set(minutes(*range(begin + 1, end)))
    places = placed([moment for moment in by_day_and_by_night() if moment not in lost], DAY)
    gap = [at for at, place in enumerate(places) if place is None]
    assert gap == list(range(gap[0], gap[-1] + 1))
    assert begin / 2 <= gap[0] <= gap[-1] <= end / 2
    assert len(gap) == pytest.approx(empty, abs=3)


def test_one_frame_fills_one_column():
    places = placed(minutes(601), DAY)
    assert [at for at, place in enumerate(places) if place is not None] == [300]


def test_frames_that_are_hours_apart_stand_for_no_more_than_their_time():
    places = placed(minutes(6 * 60, 18 * 60), DAY)
    assert sum(place is not None for place in places) == pytest.approx(2 * 60, abs=2)


def test_no_frame_fills_none():
    assert placed([], DAY) == [None] * COLUMNS


def test_the_wall_clock_leaves_an_hour_out_in_spring_and_shows_the_first_of_two_in_autumn():
    spring = list(of_wall_clock(Axis.of_day(datetime(2026, 3, 29, 12, tzinfo=ZURICH), ZURICH), ZURICH))
    assert spring[: 2 * 30] == list(range(60))
    assert spring[2 * 30 : 3 * 30] == [None] * 30
    assert spring[3 * 30 :] == list(range(60, 690))
    autumn = list(of_wall_clock(Axis.of_day(datetime(2026, 10, 25, 12, tzinfo=ZURICH), ZURICH), ZURICH))
    assert autumn[: 3 * 30] == list(range(90))
    assert autumn[3 * 30 :] == list(range(120, 750))


def test_a_plain_day_is_the_wall_clock_as_it_is():
    assert list(of_wall_clock(DAY, UTC)) == list(range(COLUMNS))


@pytest.mark.parametrize("hours", [0, -1, 27])
def test_no_time_and_more_than_a_day_are_no_axis(hours):
    assert not Axis(begin=NOON, end=NOON + timedelta(hours=hours)).is_possible()
