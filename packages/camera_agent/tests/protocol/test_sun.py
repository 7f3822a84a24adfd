from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from camera_agent.protocol import sun
from camera_agent.protocol.errors import InvalidValueError

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
    assert (noon - rise, fall - noon) == (timedelta(hours=12),) * 2
    assert sun.event(MIDWINTER, "sunrise", **TROMSO) == sun.event(MIDWINTER, "sunset", **TROMSO)
    assert sun.event(MIDWINTER, "dawn", **TROMSO) < sun.event(MIDWINTER, "dusk", **TROMSO)


def test_without_astral_it_says_what_to_install(monkeypatch):
    sun.require_astral()
    monkeypatch.setitem(sys.modules, "astral.sun", None)
    with pytest.raises(InvalidValueError, match=r"pip install 'camera-agent\[sun\]'"):
        sun.require_astral()
