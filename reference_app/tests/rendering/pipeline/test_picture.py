from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from tests.rendering.pipeline.test_colour import DISPLAY_P3, rgb_profile

from timelapse.rendering.pipeline.colour import to_srgb
from timelapse.rendering.pipeline.errors import PictureError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.picture import read_picture
from timelapse.rendering.pipeline.plan import Recipe

if TYPE_CHECKING:
    from pathlib import Path

Store = Callable[..., Recipe]
MAX_PIXELS = 10_000_000
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Red and green above, blue and white below: any turn shows."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(WHITE, (width // 2, height // 2, width, height))
    return image


@pytest.fixture
def stored(tmp_path: Path) -> Store:
    def store(content: Image.Image | bytes, name: str = "picture.jpg", **options: object) -> Recipe:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            options.setdefault("quality", 95)
            content.save(path, **options)
        return Recipe.of(path)

    return store


def corners(frame: np.ndarray) -> list[tuple[int, ...]]:
    """The colours near the four corners, rounded to full channels."""
    height, width = frame.shape[:2]
    spots = [(y, x) for y in (height // 8, height * 7 // 8) for x in (width // 8, width * 7 // 8)]
    return [tuple(255 if int(channel) > 127 else 0 for channel in frame[spot]) for spot in spots]


@pytest.mark.parametrize(
    ("name", "mode"), [("a.jpg", "RGB"), ("a.png", "RGB"), ("a.webp", "RGB"), ("a.jpg", "CMYK")]
)
def test_a_picture_becomes_rgb_pixels(stored: Store, name: str, mode: str) -> None:
    frame = read_picture(stored(quarters().convert(mode), name), Size(64, 48), max_pixels=MAX_PIXELS)
    assert frame.shape == (48, 64, 3)
    assert frame.dtype == np.uint8
    assert frame.flags.c_contiguous
    assert corners(frame) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_shown_upright_whatever_its_exif_says(stored: Store, orientation: int) -> None:
    lying = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = quarters(640, 480) if lying is None else quarters(640, 480).transpose(lying)
    exif = Image.Exif()
    exif[0x0112] = orientation
    frame = read_picture(stored(image, exif=exif), Size(64, 48), max_pixels=MAX_PIXELS)
    assert corners(frame) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize(
    ("movie", "decoded"),
    [
        (Size(640, 480), (480, 640)),
        (Size(320, 240), (240, 320)),
        (Size(300, 240), (240, 320)),
        (Size(100, 75), (120, 160)),
        (Size(700, 500), (480, 640)),
    ],
)
def test_a_jpeg_is_reduced_while_it_is_decoded_as_far_as_it_covers_its_place(
    stored: Store, movie: Size, decoded: tuple[int, int]
) -> None:
    frame = read_picture(stored(quarters(640, 480)), movie, max_pixels=MAX_PIXELS)
    assert frame.shape[:2] == decoded
    assert corners(frame) == [RED, GREEN, BLUE, WHITE]


def test_grey_of_sixteen_bits_keeps_its_brightness(stored: Store) -> None:
    ramp = np.linspace(0, 65535, 64 * 48, dtype=np.uint16).reshape(48, 64)
    frame = read_picture(stored(Image.fromarray(ramp), "grey.png"), Size(64, 48), max_pixels=MAX_PIXELS)
    assert abs(float(frame.mean()) - 127.5) < 1.5


def test_what_is_transparent_lies_on_black(stored: Store) -> None:
    image = Image.new("RGBA", (8, 8), (255, 255, 255, 0))
    assert not read_picture(stored(image, "clear.png"), Size(8, 8), max_pixels=MAX_PIXELS).any()


def test_colours_are_those_of_the_profile(stored: Store) -> None:
    profile = rgb_profile(DISPLAY_P3, 2.2)
    grey_green = Image.new("RGB", (64, 48), (90, 140, 80))
    for name in ("a.jpg", "a.png"):
        frame = read_picture(
            stored(grey_green, name, icc_profile=profile), Size(64, 48), max_pixels=MAX_PIXELS
        )
        assert np.abs(frame.astype(int) - to_srgb(np.array([[[90, 140, 80]]], np.uint8), profile)).max() <= 2


def jpeg() -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def png() -> bytes:
    buffer = io.BytesIO()
    quarters().save(buffer, "PNG")
    return buffer.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A JPEG whose header claims another size."""
    data = jpeg()
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[at + 4 :]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>Not found</title>", "not_a_picture"),
        (jpeg()[: len(jpeg()) // 2], "damaged"),
        (jpeg()[:-200], "damaged"),
        (png()[:-40], "damaged"),
        (claiming(9000, 9000), "too_many_pixels"),
        (claiming(65000, 65000), "too_many_pixels"),
    ],
    ids=["empty", "html", "half a jpeg", "jpeg without its end", "half a png", "large claim", "bomb"],
)
def test_what_cant_be_shown_is_refused_with_its_reason(stored: Store, content: bytes, code: str) -> None:
    with pytest.raises(PictureError) as refused:
        read_picture(stored(content), Size(64, 48), max_pixels=MAX_PIXELS)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_a_refusal_lasts_as_long_as_the_file_is_the_one_that_was_stored(stored: Store) -> None:
    recipe = stored(jpeg()[:-200])
    with pytest.raises(PictureError) as refused:
        read_picture(recipe, Size(64, 48), max_pixels=MAX_PIXELS)
    assert (refused.value.code, refused.value.lasting) == ("damaged", True)
    recipe.path.write_bytes(b"another one")
    with pytest.raises(PictureError) as refused:
        read_picture(recipe, Size(64, 48), max_pixels=MAX_PIXELS)
    assert (refused.value.code, refused.value.lasting) == ("not_a_picture", False)


def test_a_file_that_isnt_the_one_that_was_stored_is_refused(stored: Store) -> None:
    recipe = stored(quarters())
    stored(quarters().rotate(180))
    with pytest.raises(PictureError) as refused:
        read_picture(recipe, Size(64, 48), max_pixels=MAX_PIXELS)
    assert (refused.value.code, refused.value.lasting) == ("changed", False)


def test_a_picture_whose_file_is_gone_is_refused_as_missing(stored: Store) -> None:
    recipe = stored(quarters())
    recipe.path.unlink()
    with pytest.raises(PictureError) as refused:
        read_picture(recipe, Size(64, 48), max_pixels=MAX_PIXELS)
    assert (refused.value.code, refused.value.lasting) == ("missing", False)
