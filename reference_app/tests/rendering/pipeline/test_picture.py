from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from tests.dng import dng
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


def other(kind: str, image: Image.Image) -> bytes:
    target = io.BytesIO()
    if kind == "heic":
        pillow_heif.from_pillow(image).save(target, quality=95)
    else:
        image.save(target, {"tif": "TIFF"}.get(kind, kind), quality=95)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["avif", "heic", "tif"])
@pytest.mark.parametrize("size", [(64, 48), (1280, 960)])
def test_other_kinds_become_the_same_pixels(stored: Store, kind: str, size: tuple[int, int]) -> None:
    picture = stored(other(kind, quarters(*size)), f"a.{kind}")
    frame = read_picture(picture, Size(64, 48), max_pixels=MAX_PIXELS)
    assert corners(frame) == [RED, GREEN, BLUE, WHITE]


def as_jpeg(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=95)
    return target.getvalue()


SENSOR = np.asarray(quarters(640, 480))


@pytest.mark.parametrize(
    ("preview", "shown"),
    [
        (b"", [RED, GREEN, BLUE, WHITE]),
        (as_jpeg(Image.new("RGB", (640, 480), RED)), [RED] * 4),
        (as_jpeg(Image.new("RGB", (160, 120), RED)), [RED, GREEN, BLUE, WHITE]),
        (b"\xff\xd8\xff\xc0\0\x11\x08\x01\xe0\x02\x80" + bytes(500), [RED, GREEN, BLUE, WHITE]),
    ],
    ids=["none", "large", "too small", "damaged"],
)
def test_a_raw_picture_is_its_preview_if_that_is_large_enough(
    stored: Store, preview: bytes, shown: list[tuple[int, int, int]]
) -> None:
    picture = stored(dng(SENSOR, preview=preview), "a.raw")
    frame = read_picture(picture, Size(320, 240), max_pixels=MAX_PIXELS)
    assert corners(frame) == shown


@pytest.mark.parametrize("size", [Size(480, 640), Size(240, 320), Size(24, 32)])
def test_a_raw_picture_is_turned_upright_with_and_without_its_preview(stored: Store, size: Size) -> None:
    for number, preview in enumerate((b"", as_jpeg(quarters(640, 480)))):
        picture = stored(dng(SENSOR, preview=preview, orientation=6), f"{number}.raw")
        frame = read_picture(picture, size, max_pixels=MAX_PIXELS)
        assert corners(frame) == [BLUE, RED, WHITE, GREEN]
        assert frame.shape[0] > frame.shape[1]
    upright = as_jpeg(quarters(640, 480).transpose(Image.Transpose.ROTATE_270))
    picture = stored(dng(SENSOR, preview=upright, orientation=6), "upright.raw")
    assert corners(read_picture(picture, size, max_pixels=MAX_PIXELS)) == [BLUE, RED, WHITE, GREEN]


@pytest.mark.parametrize("kind", ["avif", "heic", "tif", "raw"])
def test_other_kinds_have_the_same_limits_and_are_refused_when_they_end_early(
    stored: Store, kind: str
) -> None:
    noisy = np.random.default_rng(1).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    whole = dng(noisy) if kind == "raw" else other(kind, Image.fromarray(noisy))
    with pytest.raises(PictureError) as caught:
        read_picture(stored(whole, f"a.{kind}"), Size(64, 48), max_pixels=3000)
    assert (caught.value.code, caught.value.lasting) == ("too_many_pixels", True)
    for kept in (0.3, 0.9, 0.999):
        with pytest.raises(PictureError) as caught:
            read_picture(stored(whole[: int(len(whole) * kept)], f"b.{kind}"), Size(64, 48), max_pixels=3072)
        assert caught.value.code in {"damaged", "not_a_picture"}


@pytest.mark.parametrize(
    ("kind", "module", "extra"), [("heic", "pillow_heif", "heic"), ("raw", "rawpy", "raw")]
)
def test_where_an_extra_is_missing_the_reason_names_it_and_may_pass(
    stored: Store, monkeypatch: pytest.MonkeyPatch, kind: str, module: str, extra: str
) -> None:
    picture = stored(dng(SENSOR) if kind == "raw" else other(kind, quarters()), f"a.{kind}")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PictureError, match=rf"\[{extra}\]") as caught:
        read_picture(picture, Size(64, 48), max_pixels=MAX_PIXELS)
    assert (caught.value.code, caught.value.lasting) == ("extra_missing", False)


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
