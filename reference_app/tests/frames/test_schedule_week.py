"""The week of a camera's schedule."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from timelapse.frames.schedule_edit import SpanEdit
from timelapse.frames.schedule_week import week_of
from timelapse.frames.week_minutes import DaySpan

#: A Sunday, on which it is Monday in Auckland already.
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
ZURICH = {"latitude": 47.37, "longitude": 8.54, "timezone": "Europe/Zurich"}


def week(*windows, edit=None, agents="UTC", now=NOON, **values):
    return week_of({"windows": list(windows), **values}, edit, timezone=agents, now=now)


def open_on(found, weekday):
    return [tuple(span) for span in found.days[weekday].open]


def opening(begin, end, *days):
    return SpanEdit(opens=True, weekdays=frozenset(days), span=DaySpan(begin * 60, end * 60))


def test_a_week_is_the_one_of_the_cameras_calendar():
    assert week().days[0].day == date(2026, 11, 23)
    assert week(agents="Pacific/Auckland").days[0].day == date(2026, 11, 30)
    assert week(agents="Pacific/Auckland", **ZURICH).days[0].day == date(2026, 11, 23)


def test_each_day_has_its_spans():
    found = week("mon-fri 06:30..18:00", "fri 22:00..02:00")
    assert open_on(found, 0) == [(390, 1080)]
    assert open_on(found, 4) == [(390, 1080), (1320, 1440)]
    assert open_on(found, 5) == [(0, 120)]
    assert found.windows == ("mon-fri 06:30..18:00", "fri 22:00..02:00")


def test_without_windows_it_is_always_open_and_always_is_chosen():
    found = week()
    assert open_on(found, 3) == [(0, 1440)]
    assert [preset.name for preset in found.presets if preset.chosen] == ["always"]


def test_of_a_schedule_that_nobody_has_set_nothing_is_known_to_be_open():
    found = week_of(None, timezone="UTC", now=NOON)
    assert (found.windows, open_on(found, 0), found.problems) == (None, [], ())
    assert not any(preset.chosen for preset in found.presets)
    after = week_of(None, opening(6, 18, 0), timezone="UTC", now=NOON)
    assert (after.windows, open_on(after, 0)) == (("mon 06:00..18:00",), [(360, 1080)])


def test_the_sun_is_shown_where_the_place_is_known():
    found = week("06:00..12:00", "sunrise..sunset", **ZURICH)
    day = found.days[0]
    ((sunrise, sunset),), ((dawn, dusk),) = day.daylight, day.twilight
    assert dawn < sunrise < 480 < sunset < dusk
    assert day.follows_sun == ((sunrise, sunset),)
    assert day.open == ((360, sunset),)
    assert week("06:00..12:00").days[0].daylight is None


def test_the_midnight_sun_and_the_polar_night_have_no_edges():
    svalbard = {"latitude": 78.2, "longitude": 15.6, "timezone": "Arctic/Longyearbyen"}
    june = week(**svalbard, now=datetime(2026, 6, 21, 12, tzinfo=UTC))
    assert june.days[2].daylight == ((0, 1440),)
    assert week(**svalbard).days[2].daylight == ()


def test_presets_that_follow_the_sun_need_a_place():
    problems = {preset.name: preset.problem for preset in week("06:00..18:00").presets}
    assert (problems["daylight"].code, problems["daylight"].path) == ("no_place", "schedule.windows")
    assert problems["always"] is None
    assert all(preset.problem is None for preset in week("06:00..18:00", **ZURICH).presets)


@pytest.mark.parametrize("name", ["daylight", "dawn_to_dusk", "always"])
def test_a_preset_replaces_the_windows(name):
    found = week("06:00..07:00", "mon 09:00..10:00", edit=name, **ZURICH)
    assert [(preset.name, found.windows) for preset in found.presets if preset.chosen] == [
        (name, (next(preset.windows for preset in found.presets if preset.name == name),))
    ]


def test_a_preset_replaces_windows_that_cant_be_read():
    found = week("06:00..", edit="always")
    assert (found.windows, found.problems) == (("00:00..24:00",), ())


def test_a_preset_that_cant_be_chosen_changes_nothing():
    found = week("06:00..18:00", edit="daylight")
    assert (found.windows, open_on(found, 0)) == (("06:00..18:00",), [(360, 1080)])
    assert [problem.code for problem in found.problems] == ["no_place"]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"windows": ["06:00.."]}, "schedule.windows"),
        ({"windows": ["sunrise..sunset"]}, "schedule.windows"),
        ({"windows": ["06:00..18:00"] * 25}, "schedule.windows"),
        ({"windows": [1]}, "schedule.windows"),
        ({"timezone": "Nowhere"}, "schedule.timezone"),
        ({"latitude": "north"}, "schedule.latitude"),
        ({"longitude": 181}, "schedule.longitude"),
    ],
    ids=str,
)
def test_settings_that_cant_be_read_have_no_days_and_their_problem(values, path):
    for edit in (None, opening(6, 18, 0)):
        found = week_of(values, edit, timezone="UTC", now=NOON)
        assert found.days is None
        assert [problem.path for problem in found.problems] == [path]


def test_other_settings_may_be_unfinished():
    assert week("06:00..18:00", burst="many", start="soon").problems == ()


def test_more_windows_than_a_schedule_may_have_are_refused():
    many = [f"mon {hour:02}:00..{hour:02}:30" for hour in range(24)]
    found = week(*many, edit=opening(6, 7, 1))
    assert found.windows == tuple(many)
    assert "at most 24 entries" in found.problems[0].message
