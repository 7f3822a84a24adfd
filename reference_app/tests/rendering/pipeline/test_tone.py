from __future__ import annotations

import numpy as np
import pytest

from timelapse.rendering.pipeline.tone import brightened
from timelapse.shared.srgb import to_light


def light(pixels: np.ndarray) -> float:
    return float(to_light(pixels / 255).mean())


@pytest.mark.parametrize("gain", [-1.0, -0.2, 0.05, 0.5, 1.0])
def test_a_gain_changes_the_light_by_so_many_exposure_values(gain: float) -> None:
    pixels = np.arange(40, 120, dtype=np.uint8).repeat(3).reshape(8, 10, 3)
    assert np.log2(light(brightened(pixels, gain)) / light(pixels)) == pytest.approx(gain, abs=0.01)


def test_no_gain_changes_no_pixel() -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert brightened(pixels, 0.0) is pixels


def test_white_stays_white() -> None:
    assert (brightened(np.full((2, 2, 3), 255, np.uint8), 1.0) == 255).all()
