from __future__ import annotations

import numpy as np
import pytest

from camera_agent.drivers.landscape import Landscape

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
        ground = small.draw(days)[20:50].astype(float)
        return float(np.abs(np.diff(ground, axis=1)).mean() / ground.mean())

    assert noise(MIDNIGHT) > noise(NOON)


def test_the_picture_moves_between_two_frames(small):
    assert not np.array_equal(small.draw(0.5), small.draw(0.5 + 2 / 600))


def test_the_lake_mirrors_the_sky_in_the_colours_of_the_hour(small):
    for days in (NOON, DUSK):
        picture = small.draw(days).astype(float)
        sky, lake = picture[60:110].mean(axis=(0, 1)), picture[135:150, 100:220].mean(axis=(0, 1))
        assert np.corrcoef(sky, lake)[0, 1] > 0.8


def test_the_village_is_lit_in_the_evening_and_dark_at_noon(small):
    def brightest(days: float) -> float:
        shore = small.draw(days)[118:125].astype(float)
        return float(shore.max() / np.median(shore))

    assert brightest(0.83) > 2.5 > brightest(NOON)


def test_a_stop_more_is_brighter_and_one_less_is_darker(small):
    dark, right, bright = (small.draw(DUSK, off_stops=one).mean() for one in (-1, 0, 1))
    assert dark < right < bright


@pytest.mark.parametrize("size", [(64, 64), (66, 130), (500, 90)])
def test_any_size_can_be_drawn(size):
    width, height = size
    assert Landscape(width=width, height=height, seed=1).draw(DUSK).shape == (height, width, 3)
