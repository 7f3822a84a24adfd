from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from timelapse.rendering.fit import Fit, Focus
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.scale import to_frame


def flat(colour: tuple[int, int, int], width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


@pytest.mark.parametrize(
    ("colour", "luma"), [((0, 0, 0), 16), ((255, 255, 255), 235), ((255, 0, 0), 63), ((0, 0, 255), 32)]
)
def test_colours_become_those_of_bt709_in_limited_range(colour: tuple[int, int, int], luma: int) -> None:
    frame = to_frame(flat(colour, 64, 48), Size(32, 24))
    assert (frame.format.name, frame.width, frame.height) == ("yuv420p", 32, 24)
    assert np.abs(frame.to_ndarray()[:24].astype(int) - luma).max() <= 1


@pytest.mark.parametrize("size", [Size(64, 32), Size(32, 64), Size(102, 98)])
def test_another_shape_lies_between_black_bars(size: Size) -> None:
    frame = to_frame(flat((200, 200, 200), 50, 50), size)
    shown = frame.to_ndarray(format="rgb24")
    side = min(size.width, size.height)
    top, left = (size.height - side) // 4 * 2, (size.width - side) // 4 * 2
    middle = shown[top + 2 : top + side - 2, left + 2 : left + side - 2].astype(int)
    assert np.abs(middle - 200).max() <= 2
    outside = np.ones(shown.shape[:2], bool)
    outside[max(0, top - 2) : top + side + 2, max(0, left - 2) : left + side + 2] = False
    assert not outside.any() or shown[outside].max() <= 2


def test_pixels_that_are_a_view_are_taken_as_they_look() -> None:
    ramp = np.zeros((16, 32, 3), np.uint8)
    ramp[:, 16:] = 255
    shown = to_frame(np.ascontiguousarray(ramp[:, ::-1]), Size(32, 16)).to_ndarray(format="rgb24")
    assert shown[:, :8].min() > 240
    assert shown[:, 24:].max() < 15


def thirds() -> np.ndarray:
    """Red, green and blue from left to right, 96x32."""
    pixels = np.zeros((32, 96, 3), np.uint8)
    for number in range(3):
        pixels[:, number * 32 : (number + 1) * 32, number] = 255
    return pixels


@pytest.mark.parametrize(("x", "colour"), [(0, "red"), (17, "red"), (50, "green"), (100, "blue")])
def test_a_cropped_picture_fills_the_movie_with_what_is_around_its_focus(x: float, colour: str) -> None:
    shown = to_frame(thirds(), Size(32, 32), Fit(mode="cover", focus=Focus(x, 50))).to_ndarray(format="rgb24")
    mean = shown[2:-2, 4:-4].astype(int).mean(axis=(0, 1))
    expected = [255 * (colour == name) for name in ("red", "green", "blue")]
    assert np.abs(mean - expected).max() <= 4


@pytest.mark.parametrize("size", [Size(64, 128), Size(128, 64), Size(16, 200), Size(98, 102)])
def test_blurred_bars_have_the_colours_of_the_picture_and_no_detail(size: Size) -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[::2] = (200, 100, 40)
    whole = to_frame(stripes, size).to_ndarray(format="rgb24")
    shown = to_frame(stripes, size, Fit(mode="blurred_bars")).to_ndarray(format="rgb24")
    side = min(size.width, size.height)
    top, left = (size.height - side) // 4 * 2, (size.width - side) // 4 * 2
    inside = np.zeros(shown.shape[:2], bool)
    inside[top + 2 : top + side - 2, left + 2 : left + side - 2] = True
    assert (shown[inside] == whole[inside]).all(), "the picture is the one on black"
    outside = ~inside
    outside[max(0, top - 2) : top + side + 2, max(0, left - 2) : left + side + 2] = False
    if outside.any():
        assert np.abs(shown[outside].astype(int).mean(axis=0) - (100, 50, 20)).max() <= 8
        steps = np.abs(np.diff(shown.astype(int), axis=0)).max(axis=2)
        assert steps[outside[1:] & outside[:-1]].max() <= 12, "of stripes that differ by 200"


def test_a_picture_of_the_same_shape_has_no_bars_to_blur() -> None:
    pixels = thirds()
    plain, blurred = (
        to_frame(pixels, Size(48, 16), fit).to_ndarray() for fit in (Fit(), Fit(mode="blurred_bars"))
    )
    assert (plain == blurred).all()


BEFORE_A_GUARD = """
import ctypes, mmap, sys
import numpy as np
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.scale import to_frame

PROT_NONE = 0
width, height = map(int, sys.argv[1:])
needed = width * height * 3
room = -(-needed // mmap.PAGESIZE) * mmap.PAGESIZE
memory = np.frombuffer(mmap.mmap(-1, room + mmap.PAGESIZE), np.uint8)
guard = ctypes.c_void_p(memory.ctypes.data + room)
assert ctypes.CDLL(None).mprotect(guard, mmap.PAGESIZE, PROT_NONE) == 0
to_frame(memory[room - needed : room].reshape(height, width, 3), Size(32, 24))
"""


@pytest.mark.parametrize("size", [(130, 98), (2028, 20), (17, 13)])
def test_no_memory_behind_the_pixels_is_read(size: tuple[int, int]) -> None:
    command = [sys.executable, "-c", BEFORE_A_GUARD, *map(str, size)]
    assert subprocess.run(command, check=False).returncode == 0
