from __future__ import annotations

import itertools

import pytest

from camera_agent.drivers.daylight import PALETTES, daylight, moon, palette, smooth, stops_below_noon, sun


def test_the_sun_goes_from_left_to_right_and_the_moon_when_it_is_gone():
    assert sun(0.3).x < sun(0.5).x < sun(0.7).x
    assert (sun(0.5).height, sun(0.25).height) == (1.0, pytest.approx(0.0))
    assert (daylight(0.5), daylight(0.0)) == (1.0, 0.0)
    assert moon(0.0).height > 0.8
    assert moon(0.5).height < 0


def test_between_noon_and_night_lie_20_stops_without_a_jump():
    course = [stops_below_noon(minute / 1440) for minute in range(720, 1441)]
    assert course[0] == 0.0
    assert course[-1] == pytest.approx(20, abs=0.01)
    assert course == sorted(course)
    assert max(after - before for before, after in itertools.pairwise(course)) < 0.35


def test_sunset_and_the_end_of_civil_twilight_are_as_bright_as_published():
    """400 lux and 3.4 lux, of 100,000 at noon: 8 and 15 stops."""
    assert stops_below_noon(0.75) == pytest.approx(8, abs=0.3)
    assert stops_below_noon(0.75 + 6 / 360) == pytest.approx(15, abs=0.4)


def test_colours_change_without_a_jump():
    for height, given in PALETTES[:-1]:
        for name in ("top", "low", "sun", "cloud"):
            below, above = (getattr(palette(height + way), name) for way in (-1e-6, 1e-6))
            assert below == pytest.approx(above, abs=1e-4)
            assert above == pytest.approx(getattr(given, name), abs=1e-4)
    assert palette(2.0) == PALETTES[-1][1]


@pytest.mark.parametrize(("value", "step"), [(-1.0, 0.0), (0.5, 0.5), (2.0, 1.0)])
def test_a_smooth_step_stays_between_0_and_1(value, step):
    assert smooth(0.0, 1.0, value) == step
