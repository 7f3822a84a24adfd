from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta

import astral
import astral.sun
import pytest

from camera_agent.protocol import sun
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.settings import Schedule

ZURICH = {"latitude": 47.37, "longitude": 8.54}
TROMSO = {"latitude": 69.65, "longitude": 18.96}
MIDSUMMER, MIDWINTER = date(2026, 6, 21), date(2026, 12, 21)


def test_sunrise_and_sunset_are_those_of_the_almanac():
    # timeanddate.com, Zurich, 21 June 2026: 05:29 and 21:26 CEST.
    rise, fall = (sun.event(MIDSUMMER, name, **ZURICH) for name in ("sunrise", "sunset"))
    assert abs(rise - datetime(2026, 6, 21, 3, 29, tzinfo=UTC)) < timedelta(minutes=3)
    assert abs(fall - datetime(2026, 6, 21, 19, 26, tzinfo=UTC)) < timedelta(minutes=3)


@pytest.mark.parametrize("longitude", [-170.0, -90.0, 0.0, 90.0, 175.0])
@pytest.mark.parametrize("latitude", [-50.0, 0.0, 50.0])
def test_events_come_in_the_order_of_a_day_wherever_one_is(latitude, longitude):
    moments = [
        sun.event(date(2026, 3, 1), name, latitude=latitude, longitude=longitude) for name in sun.EVENTS
    ]
    assert moments == sorted(moments)
    assert moments[-1] - moments[0] < timedelta(hours=24)


def test_under_the_midnight_sun_the_day_has_no_end_and_the_polar_night_no_day():
    rise, noon, fall = (sun.event(MIDSUMMER, name, **TROMSO) for name in ("sunrise", "noon", "sunset"))
    assert (noon - rise, fall - noon) == (timedelta(hours=12, minutes=1),) * 2
    assert sun.event(MIDWINTER, "sunrise", **TROMSO) == sun.event(MIDWINTER, "sunset", **TROMSO)
    assert sun.event(MIDWINTER, "dawn", **TROMSO) < sun.event(MIDWINTER, "dusk", **TROMSO)


#: From the South Pole by McMurdo, Ushuaia and the equator to Kiruna, Tromsø and Longyearbyen.
PLACES = [
    (-89.0, -120.0),
    (-77.85, 166.67),
    (-54.8, -68.3),
    (-33.9, 18.4),
    (0.0, -170.0),
    (23.4, 90.0),
    (47.4, 8.5),
    (60.0, 175.0),
    (66.56, 25.8),
    (67.86, 20.23),
    (69.65, 18.96),
    (78.22, 15.65),
]


@pytest.mark.parametrize(("latitude", "longitude"), PLACES)
@pytest.mark.parametrize(("window", "level"), [("sunrise..sunset", -0.833), ("dawn..dusk", -6.0)])
def test_a_whole_year_a_window_is_open_while_the_sun_is_up(latitude, longitude, window, level):
    schedule = Schedule(windows=(window,), latitude=latitude, longitude=longitude, timezone="UTC")
    since, place = datetime(2026, 1, 1, tzinfo=UTC), astral.Observer(latitude, longitude)
    spans = schedule.open_periods(since, since + timedelta(days=365))
    wrong = []
    for number in range(365 * 24):
        moment = since + timedelta(hours=number)
        while spans and spans[0][1] <= moment:
            spans.pop(0)
        height = astral.sun.elevation(place, moment, with_refraction=False)
        is_open = bool(spans) and spans[0][0] <= moment
        if abs(height - level) > 0.5 and is_open != (height > level):
            wrong.append((moment, height, is_open))
    assert wrong == []


def test_without_astral_it_says_what_to_install(monkeypatch):
    sun.require_astral()
    monkeypatch.setitem(sys.modules, "astral.sun", None)
    with pytest.raises(InvalidValueError, match=r"pip install 'camera-agent\[sun\]'"):
        sun.require_astral()
