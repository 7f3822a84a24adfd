from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.sun import EVENTS
from camera_agent.protocol.windows import Edge, Place, Window, is_timezone, spans

ZURICH = Place(timezone="Europe/Zurich", latitude=47.37, longitude=8.54)
TROMSO = Place(timezone="Europe/Oslo", latitude=69.65, longitude=18.96)
#: Clocks go forward on 29 March, 2:00 to 3:00, and back on 25 October 2026, 3:00 to 2:00.
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def at(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def span(text: str, day: date, place: Place = ZURICH):
    return Window.of(text).on(day, place)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("06:30..20:00", set(range(7))),
        ("mon-fri 06:30..20:00", {0, 1, 2, 3, 4}),
        ("Sat,Sun 6:30 .. 20:00", {5, 6}),
        ("fri-mon, wed 06:30..20:00", {4, 5, 6, 0, 2}),
        ("monday 06:30..20:00", {0}),
        ("monday-friday 06:30..20:00", {0, 1, 2, 3, 4}),
    ],
)
def test_days_are_read_as_people_write_them(text, days):
    window = Window.of(text)
    assert window.days == days
    assert window.begin == Edge(offset=timedelta(hours=6, minutes=30))


@pytest.mark.parametrize(
    ("text", "event", "minutes"),
    [
        ("sunset", "sunset", 0),
        ("sunrise-30m", "sunrise", -30),
        ("dusk+1h30m", "dusk", 90),
        ("noon-2h", "noon", -120),
        ("24:00", None, 1440),
    ],
)
def test_edges_may_follow_the_sun(text, event, minutes):
    assert Edge.of(text) == Edge(offset=timedelta(minutes=minutes), event=event)


@pytest.mark.parametrize(
    "text",
    [
        *("sunrise+..sunset", "24:30..06:00", "monkey 6:00..8:00", "noon-13h..sunset"),
        *("", "6..8", "06:30", "24:30..2:00", "25:00..26:00", "sunrise-..sunset", "sunup..sunset"),
        *("mon-fry 6:00..8:00", "someday 6:00..8:00", "mon 06:00", "06:00-08:00", "6:00...8:00 mon"),
    ],
)
def test_what_is_no_window_is_refused_with_examples(text):
    with pytest.raises(InvalidValueError):
        Window.of(text)


def test_a_time_zone_that_there_is_not_is_refused():
    assert is_timezone("Europe/Zurich")
    for name in ("", "Europe", "Europe/Zurch", "../etc", "/", "\0"):
        assert not is_timezone(name)


def test_a_window_lies_in_its_own_time_zone():
    assert span("06:00..08:00", date(2026, 3, 2)) == (at(2, 5), at(2, 7))
    assert span("06:00..08:00", date(2026, 7, 2)) == (at(2, 4, month=7), at(2, 6, month=7))


def test_a_window_that_ends_before_it_begins_goes_through_midnight():
    assert span("fri 22:00..04:00", date(2026, 3, 6)) == (at(6, 21), at(7, 3))
    assert span("fri 22:00..04:00", date(2026, 3, 7)) is None
    assert span("00:00..24:00", date(2026, 3, 6)) == (at(5, 23), at(6, 23))
    assert span("06:00..06:00", date(2026, 3, 6)) == (at(6, 5), at(7, 5))


def test_when_clocks_go_forward_no_window_is_lost_or_turned_round():
    assert span("01:00..02:30", SPRING) == (at(29, 0), at(29, 1, 30))
    assert span("02:30..04:00", SPRING) == (at(29, 1, 30), at(29, 2))
    assert span("00:00..24:00", SPRING) == (at(28, 23), at(29, 22))


def test_when_clocks_go_back_the_hour_that_comes_twice_is_filmed_twice():
    assert span("02:15..02:45", AUTUMN) == (at(25, 0, 15, month=10), at(25, 1, 45, month=10))
    assert span("00:00..24:00", AUTUMN) == (at(24, 22, month=10), at(25, 23, month=10))


def test_the_sun_moves_a_window():
    begin, end = span("sunrise-30m..sunset+30m", date(2026, 6, 21))
    assert abs(begin - at(21, 2, 59, month=6)) < timedelta(minutes=3)
    assert abs(end - at(21, 19, 56, month=6)) < timedelta(minutes=3)
    begin, end = span("sunset..sunrise", date(2026, 6, 21))
    assert timedelta(hours=7) < end - begin < timedelta(hours=9)


def test_in_the_polar_night_there_is_no_day_and_under_the_midnight_sun_no_night():
    assert span("sunrise..sunset", date(2026, 12, 21), TROMSO) is None
    begin, end = span("sunrise..sunset", date(2026, 6, 21), TROMSO)
    assert end - begin == timedelta(hours=24, minutes=2)
    begin, end = span("sunset..sunrise", date(2026, 12, 21), TROMSO)
    assert end - begin > timedelta(hours=23, minutes=58)


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 24 * 60),
    st.integers(0, 24 * 60),
    st.sampled_from(["Europe/Zurich", "America/St_Johns", "Australia/Lord_Howe", "UTC", ""]),
)
def test_a_window_is_as_long_as_it_says_within_the_change_of_clocks(day, first, last, timezone):
    begin, end = (Edge(offset=timedelta(minutes=one)) for one in (first, last))
    found = Window(begin=begin, end=end).on(day, Place(timezone=timezone))
    length = timedelta(minutes=last - first if last > first else last - first + 1440)
    assert abs((found[1] - found[0]) - length) <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("monday 6:30 .. 20:00", "mon 06:30..20:00"),
        ("sun,sat,mon-wed 06:30..24:00", "mon-wed,sat,sun 06:30..24:00"),
        ("mon-sun 22:00..06:00", "22:00..06:00"),
        ("Sunrise-90m..sunset+0h30m", "sunrise-1h30m..sunset+30m"),
        ("sunset+2h..dawn+0m", "sunset+2h..dawn"),
    ],
)
def test_a_window_is_written_in_one_way(text, written):
    assert Window.of(text).text == written


EDGES = st.one_of(
    st.builds(Edge, offset=st.integers(0, 24 * 60).map(lambda minutes: timedelta(minutes=minutes))),
    st.builds(
        Edge,
        offset=st.integers(-720, 720).map(lambda minutes: timedelta(minutes=minutes)),
        event=st.sampled_from(EVENTS),
    ),
)


@given(EDGES, EDGES, st.frozensets(st.integers(0, 6), min_size=1))
def test_what_is_written_is_read_as_the_same_window(begin, end, days):
    window = Window(begin=begin, end=end, days=days)
    assert Window.of(window.text) == window


def test_spans_are_those_of_every_window_and_day():
    windows = (Window.of("mon 06:00..07:00"), Window.of("06:30..08:00"))
    assert len(list(spans(windows, ZURICH, date(2026, 3, 2), 7))) == 8
