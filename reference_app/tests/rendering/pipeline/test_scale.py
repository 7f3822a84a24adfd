from __future__ import annotations

import numpy as np
import pytest

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
