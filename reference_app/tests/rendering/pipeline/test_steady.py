from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from timelapse.rendering.pipeline.steady import MOST, SIDE, offsets, shift_between

HEIGHT, WIDTH = 144, SIDE
#: Room around the scene for a camera that sways.
ROOM = 12
#: Half a pixel of the small picture, in shares of its width.
HALF_PX = 0.5 / SIDE
FRAMES = 60


def scene(seed: int = 1) -> Image.Image:
    """Houses, or what looks like some: blocks of many sizes, four times as large as the small picture."""
    random = np.random.default_rng(seed)
    pixels = np.full((4 * (HEIGHT + 2 * ROOM), 4 * (WIDTH + 2 * ROOM)), 90, np.float32)
    for _ in range(160):
        top, left = random.integers(0, pixels.shape[0]), random.integers(0, pixels.shape[1])
        height, width = random.integers(8, 120, 2)
        pixels[top : top + height, left : left + width] = random.integers(20, 230)
    return Image.fromarray(pixels.astype(np.uint8))


def captured(
    of: Image.Image, right: float = 0, down: float = 0, light: float = 1, seed: int = 0
) -> np.ndarray:
    """The small picture of a camera whose picture is shifted by so many of its pixels, with noise."""
    box = (4 * (ROOM - right), 4 * (ROOM - down), 4 * (ROOM - right + WIDTH), 4 * (ROOM - down + HEIGHT))
    small = of.resize((WIDTH, HEIGHT), Image.Resampling.BOX, box)
    noise = np.random.default_rng(seed).normal(0, 2, (HEIGHT, WIDTH))
    return np.clip(np.asarray(small) * light + noise, 0, 255).astype(np.float32)


def steadied(pictures: list[np.ndarray]) -> np.ndarray:
    """The offset of each, in pixels of the small picture."""
    shifts = [None, *(shift_between(one, other) for one, other in pairwise(pictures))]
    return np.array(offsets(shifts)) * (WIDTH, HEIGHT)


@pytest.mark.parametrize("light", [1.0, 0.4, 1.3])
def test_a_shift_is_found_to_a_fraction_of_a_pixel_in_any_light(light: float) -> None:
    still, random = scene(), np.random.default_rng(3)
    for seed in range(10):
        right, down = random.uniform(-6, 6, 2)
        found = shift_between(captured(still), captured(still, right, down, light, seed + 1))
        assert found is not None
        assert found[0] * WIDTH == pytest.approx(right, abs=0.25)
        assert found[1] * HEIGHT == pytest.approx(down, abs=0.25)


def test_a_swaying_camera_stands_still() -> None:
    still, at = scene(), np.arange(FRAMES)
    right, down = 2.4 * np.sin(1.9 * at), 1.2 * np.sin(2.7 * at)
    found = steadied(
        [captured(still, *place, seed=n) for n, place in enumerate(zip(right, down, strict=True))]
    )
    left_over = np.stack([right, down], axis=1) - found
    inner = slice(5, FRAMES - 5)  # at the ends the median knows one side only
    assert np.abs(left_over[inner] - np.median(left_over[inner], axis=0)).max() <= 0.6
    assert np.abs(left_over[inner] - np.median(left_over[inner], axis=0)).mean() <= 0.2


def test_slow_drift_is_kept() -> None:
    still = scene()
    found = steadied([captured(still, 0.15 * (number - 30), seed=number) for number in range(FRAMES)])
    assert np.abs(found[15:-15]).max() <= 0.5


@pytest.mark.parametrize("step", [5.0, 11.0])
def test_a_camera_that_is_aimed_anew_is_a_step_and_no_sway(step: float) -> None:
    still = scene()
    found = steadied([captured(still, step * (number >= 30), seed=number) for number in range(FRAMES)])
    assert np.abs(found).max() <= 0.5


def test_a_camera_that_is_aimed_at_something_else_begins_anew() -> None:
    pictures = [captured(scene(1 + (number >= 20)), seed=number) for number in range(40)]
    assert np.abs(steadied(pictures)).max() <= 0.5


def test_a_sunrise_moves_nothing() -> None:
    still = scene()
    pictures = [captured(still, light=2 ** (number / 12 - 4), seed=number) for number in range(FRAMES)]
    assert np.abs(steadied(pictures)).max() <= 0.5


def test_clouds_and_people_move_nothing() -> None:
    still, clouds = scene(), np.random.default_rng(7).normal(size=(8, 60)).astype(np.float32)
    sky = np.asarray(Image.fromarray(clouds).resize((4 * WIDTH, HEIGHT // 3), Image.Resampling.BICUBIC))
    pictures = []
    for number in range(FRAMES):
        picture = captured(still, seed=number)
        picture[: HEIGHT // 3] = 170 + 40 * sky[:, 3 * number : 3 * number + WIDTH]
        for person in range(5):
            left = (50 * person + (4 + person) * number) % WIDTH
            picture[90:125, left : left + 10] = 40 * person
        pictures.append(picture)
    assert np.abs(steadied(pictures)).max() <= 0.5


@pytest.mark.parametrize("kind", ["the dark", "fog", "another scene", "another shape", "too small"])
def test_what_can_not_be_known_is_not_guessed(kind: str) -> None:
    random = np.random.default_rng(5)
    one = captured(scene())
    other = {
        "the dark": np.zeros_like(one),
        "fog": (120 + random.normal(0, 2, one.shape)).astype(np.float32),
        "another scene": captured(scene(2), seed=9),
        "another shape": one[:-1],
        "too small": one,
    }[kind]
    if kind == "too small":
        one = other = one[:8, :8]
    assert shift_between(one, other) is None


def test_no_picture_is_moved_further_than_it_is_cropped() -> None:
    found = offsets([(0.0, 0.0), *((0.055 * (-1) ** number, 0.0) for number in range(40))])
    assert max(abs(right) for right, _ in found) == MOST


def test_frames_without_neighbors_stay() -> None:
    assert offsets([]) == []
    assert offsets([None]) == [(0.0, 0.0)]
    assert offsets([None, None, (0.5, 0.0)]) == [(0.0, 0.0)] * 3


def test_a_part_of_a_movie_has_the_offsets_of_the_whole_but_at_its_ends() -> None:
    random = np.random.default_rng(11)
    shifts = [tuple(round(share * 2**14) / 2**14 for share in random.normal(0, 0.005, 2)) for _ in range(200)]
    whole, part = offsets(shifts), offsets(shifts[60:140])
    assert part[15:-15] == whole[75:125]
