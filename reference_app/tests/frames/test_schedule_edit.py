"""What an edit of the week makes of a schedule's windows."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.windows import Place, Window, parse
from timelapse.frames.schedule_edit import SpanEdit, edited, fixed_minutes
from timelapse.frames.week_minutes import EVERY_MINUTE, DaySpan, WeekClock

#: A week before midwinter.
CLOCK = WeekClock(date(2026, 12, 14), Place(timezone="Europe/Zurich", latitude=47.37, longitude=8.54))
WORKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))


def opening(begin, end, *days):
    return SpanEdit(opens=True, weekdays=frozenset(days or EVERY_DAY), span=DaySpan(begin * 60, end * 60))


def closing(begin, end, *days):
    return SpanEdit(opens=False, weekdays=frozenset(days or EVERY_DAY), span=DaySpan(begin * 60, end * 60))


def texts(windows, *edits):
    found = windows if windows is None else parse(tuple(windows))
    for edit in edits:
        found = edited(found, edit, CLOCK)
    return [window.text for window in found]


def open_minutes(windows):
    return fixed_minutes(windows, CLOCK) | CLOCK.minutes(each for each in windows if each.follows_sun)


@pytest.mark.parametrize(
    ("windows", "edit", "expected"),
    [
        (["mon 06:00..18:00"], opening(6, 18, *WORKDAYS), ["mon-fri 06:00..18:00"]),
        (["06:00..18:00"], opening(17, 20), ["06:00..20:00"]),
        (["06:00..18:00"], closing(17, 20), ["06:00..17:00"]),
        (["06:00..18:00"], closing(11, 13), ["06:00..11:00", "13:00..18:00"]),
        (["06:00..18:00"], closing(0, 24, 5, 6), ["mon-fri 06:00..18:00"]),
        (["22:00..06:00"], closing(0, 1, 0), ["mon 01:00..06:00", "22:00..24:00", "tue-sun 00:00..06:00"]),
        ([], closing(0, 6), ["06:00..24:00"]),
        ([], opening(0, 6), ["00:00..24:00"]),
        (None, opening(6, 18), ["06:00..18:00"]),
    ],
    ids=str,
)
def test_an_edit_opens_or_closes_a_span(windows, edit, expected):
    assert texts(windows, edit) == expected


def test_a_window_that_follows_the_sun_stays_where_nothing_of_it_is_closed():
    assert texts(["sunrise..sunset"], opening(4, 6)) == ["04:00..06:00", "sunrise..sunset"]
    assert texts(["sunrise..sunset"], closing(20, 24)) == ["sunrise..sunset"]


def test_a_window_that_follows_the_sun_becomes_times_of_this_week_where_something_of_it_is_closed():
    assert texts(["sunrise..sunset"], closing(12, 13, 6)) == [
        "sun 08:10..12:00",
        "sun 13:00..16:37",
        "mon-sat sunrise..sunset",
    ]


def test_a_night_belongs_to_the_day_on_which_it_begins():
    left = texts(["sunset..sunrise"], closing(2, 3, 1))
    assert left[-1] == "tue-sun sunset..sunrise"
    assert left[:-1] == ["mon 16:35..02:00", "tue 03:00..08:07"]


@pytest.mark.parametrize("windows", [["06:00..18:00"], ["sunrise..sunset"], [], None], ids=str)
def test_an_edit_that_leaves_nothing_open_is_refused(windows):
    with pytest.raises(InvalidValueError, match="Nothing would be left open") as refused:
        texts(windows, closing(0, 24))
    assert refused.value.code == "nothing_open"


@pytest.mark.parametrize(
    ("days", "begin", "end"),
    [([], 0, 1), ([7], 0, 1), ([-1, 2], 0, 1), ([0], 5, 5), ([0], -1, 5), ([0], 0, 1441)],
)
def test_a_span_that_is_none_is_refused(days, begin, end):
    edit = SpanEdit(opens=True, weekdays=frozenset(days), span=DaySpan(begin, end))
    with pytest.raises(InvalidValueError) as refused:
        edited((), edit, CLOCK)
    assert refused.value.code == "wrong_span"


WINDOWS = st.lists(
    st.builds(
        "{} {:02}:{:02}..{:02}:{:02}".format,
        st.sampled_from(["mon-fri", "sat,sun", "mon-sun", "wed"]),
        st.integers(0, 23),
        st.integers(0, 59),
        st.integers(0, 23),
        st.integers(0, 59),
    )
    | st.sampled_from(["sunrise-30m..sunset", "fri dusk..dawn+1h", "tue sunrise..12:00"]),
    max_size=4,
).map(lambda found: parse(tuple(found)))
SPANS = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] < span[1])
EDITS = st.builds(
    SpanEdit,
    opens=st.booleans(),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    span=SPANS.map(lambda span: DaySpan(*span)),
)


@settings(max_examples=50)
@given(WINDOWS, EDITS)
def test_an_edit_is_the_union_or_the_difference_of_what_was_open(windows, edit):
    before = open_minutes(windows)
    wanted = before | edit.minutes if edit.opens else before & ~edit.minutes
    assume(wanted)
    read_back = parse(tuple(window.text for window in edited(windows, edit, CLOCK)))
    assert open_minutes(read_back) == wanted


@settings(max_examples=50)
@given(WINDOWS, EDITS)
def test_closing_what_was_opened_leaves_the_same_open(windows, edit):
    before = open_minutes(windows)
    assume(before and before != EVERY_MINUTE and not edit.minutes & before)
    opened = edited(windows, SpanEdit(opens=True, weekdays=edit.weekdays, span=edit.span), CLOCK)
    closed = edited(opened, SpanEdit(opens=False, weekdays=edit.weekdays, span=edit.span), CLOCK)
    assert open_minutes(closed) == before
    assert [each for each in closed if each.follows_sun] == [each for each in windows if each.follows_sun]


def test_the_text_of_an_edit_has_few_lines():
    found = texts(["mon-fri 06:30..18:00"], opening(8, 12, 5, 6), closing(0, 24, 4), opening(20, 22, 4))
    assert found == ["mon-thu 06:30..18:00", "fri 20:00..22:00", "sat,sun 08:00..12:00"]
    assert all(Window.of(text).text == text for text in found)
