from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from timelapse.frames.daylight import Night
from timelapse.rendering.keogram.axis import COLUMNS, Axis
from timelapse.rendering.keogram.labelled import day_picture, hour_marks, strip_picture
from timelapse.rendering.keogram.picture import HEIGHT, NO_LINE, composed, strip_of

ZURICH = ZoneInfo("Europe/Zurich")
RED, GREEN, NIGHT, DAYLIGHT = (200, 30, 30), (30, 160, 40), (38, 50, 84), (244, 205, 96)


def day(*date):
    return Axis.of_day(datetime(*date, 12, tzinfo=ZURICH), ZURICH)


def texts(axis, most=100):
    return [mark.text for mark in hour_marks(axis, ZURICH, most=most)]


def test_a_day_has_its_hours_and_one_of_23_or_25_has_those_of_its_clock():
    assert texts(day(2026, 6, 1)) == [f"{hour:02}:00" for hour in range(25)]
    assert texts(day(2026, 3, 29))[:4] == ["00:00", "01:00", "03:00", "04:00"]
    assert texts(day(2026, 10, 25))[:5] == ["00:00", "01:00", "02:00", "02:00", "03:00"]


def test_with_less_room_only_some_hours_are_written():
    assert texts(day(2026, 6, 1), most=9) == [f"{hour:02}:00" for hour in range(0, 25, 3)]


def test_hours_stand_where_they_are():
    marks = {mark.text: mark.at for mark in hour_marks(day(2026, 3, 29), ZURICH, most=100)}
    assert marks["12:00"] == pytest.approx(11 / 23)


def test_frames_and_gaps_look_different_in_the_saved_picture():
    axis = day(2026, 6, 1)
    columns = np.array([[RED, GREEN]] * HEIGHT, np.uint8)
    places = [0] * 240 + [None] * 240 + [1] * 240
    picture = day_picture(composed(columns, places), axis, ZURICH, None, "Garden · Mon, 1 Jun 2026")
    row = np.asarray(picture)[150, 36 : 36 + 2 * COLUMNS]
    assert {tuple(pixel) for pixel in row[:480]} == {RED}
    assert {tuple(pixel) for pixel in row[960:]} == {GREEN}
    stripes = {tuple(pixel) for pixel in row[480:960]}
    assert len(stripes) == 2
    assert stripes.isdisjoint({RED, GREEN, (255, 255, 255)})


@pytest.mark.parametrize("is_polar", [True, False])
def test_the_bar_below_shows_nights_and_all_of_a_polar_night(is_polar):
    axis = day(2026, 12, 1)
    hours = timedelta(hours=1)
    shares = [(0, 12), (12, 24)] if is_polar else [(0, 6)]
    nights = [Night(begins_at=axis.begin + a * hours, ends_at=axis.begin + b * hours) for a, b in shares]
    keogram = composed(np.zeros((HEIGHT, 0, 3), np.uint8), [None] * COLUMNS)
    picture = np.asarray(day_picture(keogram, axis, ZURICH, nights, "Garden"))
    bar = [tuple(pixel) for pixel in picture[2 * 36 + 26 + 2 * HEIGHT + 4, 36 : 36 + 2 * COLUMNS]]
    assert bar.count(NIGHT) == (1440 if is_polar else 360)
    assert bar.count(DAYLIGHT) == (0 if is_polar else 1080)


def test_a_strip_has_a_line_for_each_day():
    line = np.full((COLUMNS, 4), (*RED, 255), np.uint8)
    picture = np.asarray(strip_picture(strip_of([line, NO_LINE, None, line]), ["a", "b", "c", "d"], "Garden"))
    column = [tuple(pixel) for pixel in picture[98 : 98 + 4 * 16, -200]]
    assert column[:16] == column[48:] == [RED] * 16
    assert RED not in column[16:48]


def test_a_name_in_letters_that_the_font_lacks_is_written_without_them():
    strip = strip_of([NO_LINE])
    assert (
        strip_picture(strip, ["2026-06-01"], "庭 A").tobytes()
        == strip_picture(strip, ["2026-06-01"], " A").tobytes()
    )


def test_an_axis_that_begins_within_an_hour_has_whole_hours():
    begin = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
    marks = list(hour_marks(Axis(begin=begin, end=begin + timedelta(hours=2)), ZURICH, most=10))
    assert [(mark.text, mark.at) for mark in marks] == [("15:00", 0.25), ("16:00", 0.75)]
