from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from timelapse.rendering.pipeline.errors import PictureError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.picture import Picture, read_frame

if TYPE_CHECKING:
    from pathlib import Path

Store = Callable[..., Picture]
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
    def store(content: Image.Image | bytes, name: str = "picture.jpg", **options: object) -> Picture:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            options.setdefault("quality", 95)
            content.save(path, **options)
        return Picture(name=name, path=path)

    return store


def corners(frame: np.ndarray) -> list[tuple[int, ...]]:
    """The colours near the four corners, rounded to full channels."""
    height, width = frame.shape[:2]
    spots = [(y, x) for y in (height // 8, height * 7 // 8) for x in (width // 8, width * 7 // 8)]
    return [tuple(255 if int(channel) > 127 else 0 for channel in frame[spot]) for spot in spots]


@pytest.mark.parametrize(
    ("name", "mode"), [("a.jpg", "RGB"), ("a.png", "RGB"), ("a.webp", "RGB"), ("a.jpg", "CMYK")]
)
def test_a_picture_becomes_an_rgb_frame_of_the_movies_size(stored: Store, name: str, mode: str) -> None:
    frame = read_frame(stored(quarters().convert(mode), name), Size(32, 24), max_pixels=MAX_PIXELS)
    assert frame.shape == (24, 32, 3)
    assert frame.dtype == np.uint8
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
    frame = read_frame(stored(image, exif=exif), Size(64, 48), max_pixels=MAX_PIXELS)
    assert corners(frame) == [RED, GREEN, BLUE, WHITE]


def test_a_smaller_picture_of_another_shape_is_enlarged_between_black_bars(
    stored: Store,
) -> None:
    frame = read_frame(stored(quarters(16, 16), "a.png"), Size(64, 32), max_pixels=MAX_PIXELS)
    assert not frame[:, :16].any()
    assert not frame[:, 48:].any()
    assert corners(frame[:, 16:48]) == [RED, GREEN, BLUE, WHITE]


def test_grey_of_sixteen_bits_keeps_its_brightness(stored: Store) -> None:
    ramp = np.linspace(0, 65535, 64 * 48, dtype=np.uint16).reshape(48, 64)
    frame = read_frame(stored(Image.fromarray(ramp), "grey.png"), Size(64, 48), max_pixels=MAX_PIXELS)
    assert abs(float(frame.mean()) - 127.5) < 1.5


def test_what_is_transparent_lies_on_black(stored: Store) -> None:
    image = Image.new("RGBA", (8, 8), (255, 255, 255, 0))
    assert not read_frame(stored(image, "clear.png"), Size(8, 8), max_pixels=MAX_PIXELS).any()


def test_a_large_jpeg_decoded_at_a_fraction_looks_like_one_decoded_whole(
    footage: Callable[[str], list[Path]], ssim: Callable[[np.ndarray, np.ndarray], float]
) -> None:
    path = footage("bigbuckbunny")[60]
    frame = read_frame(Picture(name=path.name, path=path), Size(320, 180), max_pixels=MAX_PIXELS)
    with Image.open(path) as image:
        whole = np.asarray(image.resize((320, 180), Image.Resampling.LANCZOS))
    assert ssim(frame, whole) > 0.99


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
        read_frame(stored(content), Size(64, 48), max_pixels=MAX_PIXELS)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_a_picture_whose_file_is_gone_is_refused_as_missing(tmp_path: Path) -> None:
    with pytest.raises(PictureError) as refused:
        read_frame(Picture(name="a", path=tmp_path / "gone.jpg"), Size(64, 48), max_pixels=MAX_PIXELS)
    assert refused.value.code == "missing"
