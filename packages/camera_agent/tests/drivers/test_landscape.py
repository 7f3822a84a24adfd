from __future__ import annotations

import numpy as np
import pytest

from camera_agent.drivers.landscape import Landscape, fractal, smooth

NOON, DUSK, MIDNIGHT = 0.5, 0.76, 0.0


@pytest.fixture(scope="module")
def small():
    return Landscape(width=320, height=180, seed=3)


def test_one_seed_and_one_moment_give_one_picture(small):
    again = Landscape(width=320, height=180, seed=3)
    assert np.array_equal(small.draw(5.37), again.draw(5.37))


def test_another_seed_is_another_landscape(small):
    other = Landscape(width=320, height=180, seed=4)
    assert not np.array_equal(small.draw(5.37), other.draw(5.37))


def test_days_are_bright_nights_dark_and_dusk_is_warm(small):
    noon, dusk, midnight = (small.draw(days).mean(axis=(0, 1)) for days in (NOON, DUSK, MIDNIGHT))
    assert noon.mean() > 120
    assert midnight.mean() < 70
    assert dusk[0] > dusk[2]
    assert noon[2] > noon[0]


def test_the_night_is_noisier_than_the_day(small):
    def noise(days: float) -> float:
        ground = small.draw(days)[-20:].astype(float)
        return float(np.abs(np.diff(ground, axis=1)).mean() / ground.mean())

    assert noise(MIDNIGHT) > noise(NOON)


def test_the_sun_goes_from_left_to_right(small):
    assert small.sun(0.3)[1] < small.sun(0.5)[1] < small.sun(0.7)[1]
    assert small.sun(0.5)[0] == 1.0
    assert small.daylight(0.5) == 1.0
    assert small.daylight(0.0) == 0.0


def test_the_picture_moves_between_two_frames(small):
    assert not np.array_equal(small.draw(0.5), small.draw(0.5 + 2 / 600))


def test_clouds_repeat_sideways_without_a_seam():
    noise = fractal(np.random.default_rng(1), 60, 200, 4)
    seam = np.abs(noise[:, 0] - noise[:, -1]).max()
    assert seam <= np.abs(np.diff(noise, axis=1)).max() * 1.5
    assert (noise.min(), noise.max()) == (0.0, 1.0)


@pytest.mark.parametrize(("value", "step"), [(-1.0, 0.0), (0.5, 0.5), (2.0, 1.0)])
def test_a_smooth_step_stays_between_0_and_1(value, step):
    assert smooth(0.0, 1.0, value) == step
