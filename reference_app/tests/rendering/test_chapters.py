from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from timelapse.rendering.chapters import MOST, chapters_of

ZURICH = ZoneInfo("Europe/Zurich")


def chapters(captured, fps=10):
    return [(each.begins_s, each.date, each.span) for each in chapters_of(captured, fps)]


def every(step, count, begin=datetime(2026, 6, 1, 20, tzinfo=ZURICH)):
    return [begin + step * number for number in range(count)]


def test_a_movie_of_two_evenings_has_a_chapter_for_each_day():
    captured = every(timedelta(hours=1), 10)
    assert chapters(captured) == [(0.0, date(2026, 6, 1), "day"), (0.4, date(2026, 6, 2), "day")]


def test_a_day_begins_by_the_clock_of_the_place():
    at_midnight = datetime(2026, 6, 1, 22, 30, tzinfo=ZoneInfo("UTC"))
    captured = [at_midnight - timedelta(hours=1), at_midnight]
    assert chapters(captured) == []
    assert len(chapters([moment.astimezone(ZURICH) for moment in captured])) == 2


def test_a_movie_of_one_day_and_one_without_frames_have_none():
    assert chapters(every(timedelta(seconds=1), 100)) == []
    assert chapters([]) == []


def test_many_days_become_weeks_and_many_weeks_months():
    assert {span for *_, span in chapters(every(timedelta(days=1), 60))} == {"week"}
    assert {span for *_, span in chapters(every(timedelta(days=1), 365))} == {"month"}
    assert {span for *_, span in chapters(every(timedelta(days=30), 200))} == {"year"}


def test_a_year_begins_a_chapter_also_in_a_month_of_the_same_name():
    captured = every(timedelta(days=90), 8)
    assert len({begins for begins, *_ in chapters(captured)}) == len(chapters(captured)) > 1


@given(st.lists(st.dates(date(1990, 1, 1), date(2026, 12, 31)), max_size=200), st.floats(0.1, 240))
def test_chapters_are_few_begin_at_the_first_frame_and_stand_in_order(days, fps):
    captured = [datetime.combine(day, time(12), ZURICH) for day in sorted(days)]
    found = chapters_of(captured, fps)
    assert len(found) <= MOST
    begins = [chapter.begins_s for chapter in found]
    assert begins == sorted(set(begins))
    assert begins[:1] in ([], [0.0])
    for chapter in found:
        assert captured[round(chapter.begins_s * fps)].date() == chapter.date
    assert len({chapter.span for chapter in found}) <= 1
