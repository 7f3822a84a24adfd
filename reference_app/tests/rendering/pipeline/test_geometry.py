from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelapse.rendering.pipeline.geometry import Placement, Size, contain, even

sizes = st.builds(Size, st.integers(2, 9000), st.integers(2, 9000))
even_sizes = st.builds(Size, *[st.integers(1, 4500).map(lambda half: 2 * half)] * 2)


@given(picture=sizes, frame=even_sizes)
def test_a_contained_picture_never_leaves_the_frame_and_touches_two_of_its_sides(
    picture: Size, frame: Size
) -> None:
    place = contain(picture, frame)
    assert 0 <= place.left <= place.left + place.size.width <= frame.width
    assert 0 <= place.top <= place.top + place.size.height <= frame.height
    assert place.size.width == frame.width or place.size.height == frame.height
    assert not any(length % 2 for length in (place.left, place.top, place.size.width, place.size.height))


def test_a_wide_picture_gets_bars_above_and_below() -> None:
    assert contain(Size(640, 272), Size(1280, 720)) == Placement(0, 88, Size(1280, 544))


def test_a_tall_picture_gets_bars_left_and_right() -> None:
    assert contain(Size(720, 1280), Size(1280, 720)) == Placement(438, 0, Size(404, 720))


def test_almost_the_same_shape_fills_the_frame_instead_of_getting_bars_of_a_pixel() -> None:
    assert contain(Size(4056, 3040), Size(1440, 1080)) == Placement(0, 0, Size(1440, 1080))


@pytest.mark.parametrize(
    ("requested", "made"),
    [(Size(1281, 719), Size(1280, 718)), (Size(1, 1), Size(2, 2)), (Size(8, 6), Size(8, 6))],
)
def test_sizes_become_even_since_browsers_play_nothing_else(requested: Size, made: Size) -> None:
    assert even(requested) == made


def test_a_size_reads_as_people_write_it() -> None:
    assert str(Size(1280, 720)) == "1280x720"
