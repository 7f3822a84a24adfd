"""Simulated brightness: what the light did is known, so that flicker and damage can be told apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from timelapse.rendering.pipeline.deflicker import MOST_GAIN_EV, gains

Light = NDArray[np.float64]
COUNT = 600
NUMBERS = np.arange(COUNT)
FLAT = np.zeros(COUNT)
SUNRISE = 5 / (1 + np.exp(-(NUMBERS - 300) / 25))
CLOUDS = 0.5 * np.sin(NUMBERS / 35) + 0.25 * np.sin(NUMBERS / 11)
LAMP = np.where(NUMBERS >= 300, 1.5, 0.0)
SCENES = [
    pytest.param(FLAT, id="flat"),
    pytest.param(SUNRISE, id="sunrise"),
    pytest.param(CLOUDS, id="clouds"),
    pytest.param(LAMP, id="lamp"),
]


def flicker(seed: int) -> Light:
    """An aperture that never closes twice alike: 3 %, which are 43 mEV."""
    return np.log2(1 + 0.03 * np.random.default_rng(seed).normal(size=COUNT))


def corrected(seen: Light, exposure: Light | None = None) -> Light:
    times = [number * 10_000_000 for number in range(len(seen))]
    return seen + np.array(
        gains(times, list(seen), [None] * len(seen) if exposure is None else list(exposure))
    )


def high_pass_mev(values: Light) -> float:
    weight = np.exp(-(np.arange(-16, 17) ** 2) / 32)
    slow = np.convolve(np.pad(values, 16, mode="edge"), weight / weight.sum(), "valid")
    return float(1000 * np.std(values - slow))


@pytest.mark.parametrize("light", SCENES)
@pytest.mark.parametrize("seed", range(4))
def test_flicker_goes_and_the_light_stays(light: Light, seed: int) -> None:
    seen = light + flicker(seed)
    assert 35 < high_pass_mev(seen - light) < 50
    left = corrected(seen) - light
    assert high_pass_mev(left) < 4
    assert np.abs(left).max() < 0.18


@pytest.mark.parametrize("light", SCENES)
def test_single_frames_that_are_far_too_dark_are_brightened(light: Light) -> None:
    outliers = np.where(np.random.default_rng(1).random(COUNT) < 0.03, np.log2(0.6), 0.0)
    left = corrected(light + outliers) - light
    assert np.abs(left).max() < 0.18


def test_a_lamp_is_switched_on_in_one_frame() -> None:
    shown = corrected(LAMP + flicker(5))
    assert np.diff(shown)[299] > 1.35
    assert np.abs(np.delete(np.diff(shown), 299)).max() < 0.05


def test_a_step_of_the_cameras_exposure_becomes_a_ramp() -> None:
    exposure = np.where(NUMBERS >= 300, -1.0, 0.0)  # the camera closes by a stop, the light stays
    shown = corrected(flicker(6) + exposure, exposure)
    assert np.abs(np.diff(shown)).max() < 0.05
    assert shown[150] == pytest.approx(0, abs=0.1)
    assert shown[450] == pytest.approx(-1, abs=0.1)


def test_a_step_without_known_exposure_is_light() -> None:
    step = np.where(NUMBERS >= 300, -1.0, 0.0)
    assert np.diff(corrected(step)).min() == pytest.approx(-1.0, abs=0.05)


def test_a_night_without_frames_is_no_neighborhood() -> None:
    evening, morning = np.zeros(40), np.full(40, 0.5)  # less than what counts as another light
    seen = np.concatenate([evening, morning])
    times = [number * 10_000_000 + (number >= 40) * 36_000_000_000 for number in range(80)]
    assert np.abs(gains(times, list(seen), [None] * 80)).max() < 1e-6


def test_a_frame_of_unknown_brightness_keeps_its_own() -> None:
    seen: list[float | None] = list(FLAT + flicker(7))
    seen[100] = None
    found = gains([None] * COUNT, seen, [None] * COUNT)
    assert found[100] == 0.0
    assert any(found)


def test_few_frames_or_none_are_no_error() -> None:
    assert gains([], [], []) == []
    assert gains([5], [-3.0], [None]) == [0.0]
    assert gains([5, 6], [None, None], [None, None]) == [0.0, 0.0]


@given(st.lists(st.none() | st.floats(-20, 0), max_size=60))
def test_no_frame_is_ever_changed_by_more_than_the_limit(seen: list[float | None]) -> None:
    found = gains([None] * len(seen), seen, [None] * len(seen))
    assert len(found) == len(seen)
    assert all(abs(gain) <= MOST_GAIN_EV for gain in found)
