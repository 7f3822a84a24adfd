from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelapse.rendering.fit import CONTAIN, Fit, Focus
from timelapse.rendering.pipeline.geometry import (
    Crop,
    Placement,
    Size,
    contain,
    cover,
    covering,
    even,
    scaled,
)

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


@given(
    picture=sizes, frame=even_sizes, focus=st.builds(Focus, *[st.floats(0, 100, allow_subnormal=False)] * 2)
)
def test_a_crop_lies_in_the_picture_has_the_shape_of_the_frame_and_its_focus(
    picture: Size, frame: Size, focus: Focus
) -> None:
    crop = cover(picture, frame, focus)
    assert 0 <= crop.left <= crop.left + crop.size.width <= picture.width
    assert 0 <= crop.top <= crop.top + crop.size.height <= picture.height
    assert crop.size.width == picture.width or crop.size.height == picture.height
    scale = max(frame.width / picture.width, frame.height / picture.height)
    assert crop.size.width == pytest.approx(frame.width / scale, abs=1)
    assert crop.size.height == pytest.approx(frame.height / scale, abs=1)
    x, y = picture.width * focus.x / 100, picture.height * focus.y / 100
    assert crop.left - 1 <= x <= crop.left + crop.size.width + 1
    assert crop.top - 1 <= y <= crop.top + crop.size.height + 1


@pytest.mark.parametrize(("x", "left"), [(0, 0), (30, 80), (50, 240), (70, 400), (100, 480)])
def test_a_focus_is_in_the_middle_unless_the_edge_is_too_near(x: float, left: int) -> None:
    assert cover(Size(800, 320), Size(100, 100), Focus(x, 0)) == Crop(left, 0, Size(320, 320))


@given(picture=sizes, frame=even_sizes)
def test_a_picture_that_covers_touches_two_sides_and_has_pixels_for_the_whole_frame(
    picture: Size, frame: Size
) -> None:
    size = covering(picture, frame)
    assert size.width >= frame.width
    assert size.height >= frame.height
    assert size.width == frame.width or size.height == frame.height


def test_a_cropped_picture_is_scaled_to_more_than_one_with_bars() -> None:
    picture, frame = Size(4000, 2000), Size(1000, 1000)
    assert scaled(picture, frame, CONTAIN) == Size(1000, 500)
    assert scaled(picture, frame, Fit(mode="blurred_bars")) == Size(1000, 500)
    assert scaled(picture, frame, Fit(mode="cover")) == Size(2000, 1000)


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
