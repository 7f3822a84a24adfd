from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.exposure import (
    Exposure,
    ExposureLimits,
    Measurement,
    Ramp,
    at_interval,
    flicker,
    narrowed,
    reach,
    split,
)
from camera_agent.protocol import reading
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.settings import ExposureSettings

PI = ExposureLimits(shortest_s=2**-13, longest_s=2**4, gain=(1, 32))
DSLR = ExposureLimits(shortest_s=2**-13, longest_s=2**4, gain=(1, 32), steps=3)
RAMP = at_interval(ExposureSettings(mode="ramp"), 10)
#: Mean luminance at noon, exposed for a thousandth of a second, in stops.
NOON = math.log2(0.18) + math.log2(1000)
#: What clouds and the noise of the simulated scene below make by themselves.
SCENE = 0.022


def light(share_of_day: float) -> float:
    """Stops below noon: 20 between day and night, as logistic as the twilight's published illuminances."""
    altitude = math.degrees(math.asin(math.cos(2 * math.pi * share_of_day)))
    return -20 / (1 + math.exp((altitude + 1.6) / 3.9))


def day(limits: ExposureLimits, interval_s: float = 15.0):
    """A day, from noon to noon: stops, luminances, and the stops a frame is off its target."""
    noise, ramp = random.Random(1), Ramp(stops=-math.log2(1000))
    stops, luminances, errors = [], [], []
    lowest, highest = reach(limits)
    count = int(86400 / interval_s)
    for number in range(count):
        scene = light(number / count) + 0.15 * math.sin(number / 37) + noise.gauss(0, 0.01)
        luminance = min(1.0, 2 ** (scene + NOON + ramp.wanted))
        night = (ramp.stops - lowest) / (highest - lowest)
        stops.append(ramp.wanted)
        luminances.append(luminance)
        errors.append(math.log2(luminance / RAMP.target) + RAMP.night_stops * night)
        ramp = ramp.after(Measurement(luminance=luminance), RAMP, limits)
    return stops, luminances, errors


def rms(values: list[float]) -> float:
    return math.sqrt(sum(one * one for one in values) / len(values))


@pytest.mark.parametrize("interval_s", [10.0, 30.0])
def test_a_day_of_20_stops_is_followed_without_flicker_of_our_own(interval_s):
    stops, luminances, errors = day(PI, interval_s)
    assert max(stops) - min(stops) > 18
    assert max(abs(after - before) for before, after in itertools.pairwise(stops)) <= RAMP.step_stops
    assert flicker(luminances) < SCENE + 0.008
    assert rms(errors[60:]) < 0.1


def test_on_a_grid_of_thirds_no_step_is_greater_than_one_third():
    stops, luminances, errors = day(DSLR)
    steps = [after - before for before, after in itertools.pairwise(stops)]
    assert max(map(abs, steps)) <= 1 / 3 + 1e-9
    assert all(
        abs(3 * (one - reach(DSLR)[0]) - round(3 * (one - reach(DSLR)[0]))) < 1e-6 for one in stops[1:]
    )
    assert flicker(luminances) < 0.1
    assert rms(errors[60:]) < 0.25


def test_on_a_grid_a_steady_light_makes_no_steps_to_and_fro():
    ramp, given_stops = Ramp(stops=-10.0), []
    for number in range(500):
        luminance = 0.16 * 2 ** (ramp.wanted + 10 + 0.1 * math.sin(number / 5))
        ramp = ramp.after(Measurement(luminance=luminance), RAMP, DSLR)
        given_stops.append(ramp.wanted)
    assert len(set(given_stops[100:])) == 1


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=60),
    st.sampled_from([PI, DSLR]),
    st.floats(0.01, 1),
)
def test_whatever_is_seen_no_step_and_no_limit_is_exceeded(pictures, limits, step_stops):
    settings, ramp = ExposureSettings(mode="ramp", step_stops=step_stops), Ramp(stops=-5.0)
    lowest, highest = reach(limits)
    for luminance, clipped in pictures:
        later = ramp.after(Measurement(luminance=luminance, clipped=clipped), settings, limits)
        assert abs(later.stops - ramp.stops) <= step_stops + 1e-9
        assert lowest <= later.stops <= highest
        exposure = split(later.wanted, limits)
        assert limits.shortest_s <= exposure.shutter_s <= limits.longest_s
        assert limits.gain[0] <= exposure.gain <= limits.gain[1]
        ramp = later


def test_burnt_out_pixels_take_it_down_whatever_the_mean_says():
    dark_with_a_lamp = Measurement(luminance=0.05, clipped=0.05)
    assert Ramp(stops=0.0).after(dark_with_a_lamp, RAMP, PI).stops < 0.0


def test_a_limit_leaves_no_momentum_behind():
    ramp = Ramp(stops=reach(PI)[1] - 0.1, trend=0.15)
    for _ in range(20):
        ramp = ramp.after(Measurement(luminance=0.001), RAMP, PI)
    assert (ramp.stops, ramp.trend) == (reach(PI)[1], 0.0)


@given(st.floats(-13, 9))
def test_splitting_keeps_the_stops_and_prefers_a_long_shutter_to_gain(stops):
    exposure = split(stops, PI)
    assert exposure.stops == pytest.approx(stops)
    assert exposure.gain == pytest.approx(1.0) or exposure.shutter_s == PI.longest_s


def test_settings_narrow_the_cameras_limits():
    narrow = narrowed(PI, ExposureSettings(longest_s=5, highest_gain=8))
    assert (narrow.longest_s, narrow.gain) == (5, (1, 8))
    assert narrowed(PI, ExposureSettings(longest_s=900, highest_gain=900)) == PI
    assert narrowed(PI, ExposureSettings(longest_s=1e-9, highest_gain=0.1)).longest_s == PI.shortest_s


def test_flicker_is_how_much_a_film_bends():
    assert flicker([0.1] * 10) == 0.0
    assert flicker([2.0**-number for number in range(10)]) == pytest.approx(0.0)
    assert flicker([0.1, 0.2] * 5) == pytest.approx(2.0)
    assert flicker([0.1]) == 0.0


@pytest.mark.parametrize(
    ("exposure", "name"),
    [
        (ExposureSettings(mode="magic"), "mode"),
        (ExposureSettings(target=2), "target"),
        (ExposureSettings(step_stops=2), "step_stops"),
        (ExposureSettings(shutter_s=-1), "shutter_s"),
    ],
)
def test_what_cant_work_is_named(exposure, name):
    with pytest.raises(InvalidValueError) as refused:
        reading.check(exposure)
    assert refused.value.path == name
    reading.check(ExposureSettings())


def test_stops_are_powers_of_two_of_light():
    assert Exposure(shutter_s=0.5, gain=4).stops == 1.0


def test_long_intervals_have_greater_steps_so_that_dawn_is_not_burnt_out():
    assert at_interval(ExposureSettings(), 10).step_stops == pytest.approx(1 / 6)
    assert at_interval(ExposureSettings(), 60).step_stops == pytest.approx(0.36)
    assert at_interval(ExposureSettings(), 3600).step_stops == 1.0
    assert at_interval(ExposureSettings(step_stops=0.05), 60).step_stops == 0.05
