from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from timelapse.ingest.pipeline.measure import measure


def grey(light: float, size: tuple[int, int] = (320, 240)) -> Image.Image:
    value = round(255 * (1.055 * light ** (1 / 2.4) - 0.055))
    return Image.new("RGB", size, (value, value, value))


def textured(seed: int = 1) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 255, (80, 107, 3), np.uint8)
    return Image.fromarray(noise).resize((320, 240), Image.Resampling.BICUBIC)


def apart(one: Image.Image, other: Image.Image) -> int:
    """How many bits of the fingerprints differ."""
    a, b = (int(measure(each).fingerprint, 16) for each in (one, other))
    return (a ^ b).bit_count()


@pytest.mark.parametrize("ev", [-6, -3, -1, -0.2, 0])
def test_brightness_is_the_power_of_two_of_its_light(ev: float) -> None:
    assert measure(grey(2**ev)).luma_ev == pytest.approx(ev, abs=0.05)


def test_twice_the_light_is_one_ev_more() -> None:
    assert measure(grey(0.4)).luma_ev - measure(grey(0.2)).luma_ev == pytest.approx(1, abs=0.03)


def test_each_zone_is_measured_by_itself() -> None:
    image = grey(0.1, (300, 300))
    image.paste(grey(0.4, (100, 100)), (200, 100))
    zones = measure(image).zones_ev
    assert [round(zone - zones[0], 1) for zone in zones] == [0, 0, 0, 0, 0, 2, 0, 0, 0]


def test_a_blurred_picture_is_less_sharp_and_a_darker_one_is_not() -> None:
    sharp = measure(textured()).sharpness
    assert measure(textured().filter(ImageFilter.GaussianBlur(4))).sharpness < sharp / 2
    assert measure(textured().point(lambda value: value // 2)).sharpness == pytest.approx(sharp, rel=0.1)


def test_like_pictures_have_like_fingerprints() -> None:
    assert apart(textured(), textured().point(lambda value: value * 0.9)) <= 4
    assert apart(textured(1), textured(2)) > 16


@pytest.mark.parametrize("size", [(1, 1), (2, 320), (320, 1)])
def test_the_smallest_pictures_have_numbers(size: tuple[int, int]) -> None:
    assert len(measure(grey(0.2, size)).zones_ev) == 9


def test_black_is_as_dark_as_it_gets() -> None:
    assert measure(Image.new("RGB", (8, 8))).luma_ev == -14
