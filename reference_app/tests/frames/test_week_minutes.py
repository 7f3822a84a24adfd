"""A week as the set of its minutes, and as windows."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.protocol.windows import Place, Window
from timelapse.frames.week_minutes import DAY, WEEK, WeekClock, minutes_of, spans_of, windows_of

ZURICH = WeekClock(date(2026, 11, 23), Place(timezone="Europe/Zurich", latitude=47.37, longitude=8.54))


def minutes(*texts, clock=ZURICH):
    return clock.minutes(map(Window.of, texts))


def written(*texts):
    return [window.text for window in windows_of(minutes(*texts))]


def test_a_window_is_open_on_its_days_from_one_minute_up_to_another():
    found = minutes("tue 06:30..06:33")
    assert found == minutes_of(DAY + 390, DAY + 393)
    assert spans_of(found, 1) == ((390, 393),)
    assert spans_of(found, 0) == ()


def test_what_goes_on_past_sunday_is_mondays():
    found = minutes("sun 22:00..06:00")
    assert (spans_of(found, 6), spans_of(found, 0)) == (((1320, 1440),), ((0, 360),))


def test_events_of_the_sun_are_rounded_to_the_minute():
    (span,) = spans_of(minutes("sunrise..sunset"), 0)
    assert (span.begin, span.end) == (7 * 60 + 42, 16 * 60 + 42)


def test_windows_of_the_clock_are_the_same_in_the_week_in_which_clocks_change():
    spring = WeekClock(date(2026, 3, 23), ZURICH.place)
    assert minutes("02:30..04:00", clock=spring) == minutes("02:30..04:00")


def test_the_sun_of_a_place_is_in_the_same_week_in_any_time_zone():
    far = WeekClock(date(2026, 11, 23), Place(timezone="UTC", latitude=-17.8, longitude=177.4))
    found = minutes("sunrise..sunset", clock=far)
    assert found.bit_count() == pytest.approx(7 * 13 * 60, abs=60)
    assert len(spans_of(found, 3)) == 2


@pytest.mark.parametrize(
    ("texts", "few"),
    [
        (["06:00..18:00"], ["06:00..18:00"]),
        ([f"{day} 06:00..18:00" for day in ("tue", "wed", "mon")], ["mon-wed 06:00..18:00"]),
        (["06:00..12:00", "11:00..18:00"], ["06:00..18:00"]),
        (["00:00..24:00"], ["00:00..24:00"]),
        (["00:00..12:00", "12:00..00:00"], ["00:00..24:00"]),
        (["22:00..06:00"], ["22:00..06:00"]),
        (["mon 18:00..24:00", "tue 00:00..24:00"], ["mon 18:00..24:00", "tue 00:00..24:00"]),
        (["mon 22:00..24:00", "mon-wed 00:00..06:00"], ["mon,wed 00:00..06:00", "mon 22:00..06:00"]),
        (["sun 22:00..06:00"], ["sun 22:00..06:00"]),
        ([], []),
    ],
    ids=str,
)
def test_minutes_are_written_as_few_windows(texts, few):
    assert written(*texts) == few


SPANS = st.tuples(st.integers(0, WEEK - 1), st.integers(1, 3 * DAY))


@given(st.lists(SPANS, max_size=8))
def test_what_is_written_is_open_in_the_same_minutes(spans):
    wanted = 0
    for begin, length in spans:
        wanted |= minutes_of(begin, begin + length)
    assert minutes(*(window.text for window in windows_of(wanted))) == wanted
