"""Decodes one stored picture strictly into one frame of the movie."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg
from PIL import Image, UnidentifiedImageError

from timelapse.rendering.pipeline.errors import PictureError
from timelapse.rendering.pipeline.geometry import Size, contain

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from timelapse.rendering.pipeline.geometry import Placement

_FORMATS = ("JPEG", "PNG", "WEBP")  # a phone's several-pictures JPEG (MPO) opens as a JPEG
#: Reducing by less while decoding takes longer than decoding every pixel.
_LEAST_REDUCTION = 2
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture to render: its display name and its path."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A picture that isn't in the movie, and the reason."""

    name: str
    code: str
    reason: str


def read_frame(picture: Picture, frame: Size, *, max_pixels: int) -> NDArray[np.uint8]:
    """Decode the picture upright into an RGB array of shape (frame.height, frame.width, 3).

    The header is read first, and pixels only when there are at most ``max_pixels`` of them. EXIF orientation
    is honoured, shapes other than the frame's are contained (see ``geometry.contain``), transparency lies on
    black. Raises PictureError.
    """
    try:
        data = picture.path.read_bytes()
    except OSError as error:
        raise PictureError("missing", f"Its file can't be read: {error.strerror}.") from error
    if not data:
        raise PictureError("empty", "Its file is empty.")
    try:
        return _decode(data, frame, max_pixels)
    except UnidentifiedImageError as error:
        raise PictureError("not_a_picture", "It is no JPEG, PNG or WebP picture.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("too_many_pixels", str(error)) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureError("damaged", f"It is damaged: {error}.") from error


def transfer_size(picture: Picture, frame: Size) -> Size:
    """Return the size in which frames are best passed to the encoder, which scales them to ``frame``.

    A JPEG of the frame's shape is passed as libjpeg decodes it, a little larger than the frame: the encoder's
    scaler takes a fifth of our time at the same quality. Other pictures are scaled here.
    """
    try:
        data = picture.path.read_bytes()
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            lying = int(image.getexif().get(_ORIENTATION_TAG, 1)) in _ON_ITS_SIDE
            same_shape = contain(Size(*image.size), frame).size == frame
        height, width, *_ = simplejpeg.decode_jpeg_header(
            data, min_width=frame.width, min_height=frame.height, min_factor=_LEAST_REDUCTION
        )
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return frame
    fits = frame.width <= width < 2 * frame.width and frame.height <= height < 2 * frame.height
    return Size(int(width), int(height)) if fits and same_shape and not lying else frame


def _decode(data: bytes, frame: Size, max_pixels: int) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        stored = Size(*image.size)
        if stored.pixels > max_pixels:
            raise PictureError("too_many_pixels", f"It has {stored.pixels} pixels; {max_pixels} are allowed.")
        orientation = int(image.getexif().get(_ORIENTATION_TAG, 1))
        sideways = orientation in _ON_ITS_SIDE
        place = contain(stored.turned if sideways else stored, frame)
        wanted = place.size.turned if sideways else place.size
        pixels = _jpeg(data, wanted) if image.format in {"JPEG", "MPO"} else _rgb(image)
    if pixels.size != (wanted.width, wanted.height):
        pixels = pixels.resize((wanted.width, wanted.height), Image.Resampling.LANCZOS)
    if orientation in _UPRIGHT:
        pixels = pixels.transpose(_UPRIGHT[orientation])
    return _framed(pixels, place, frame)


def _jpeg(data: bytes, wanted: Size) -> Image.Image:
    # libjpeg halves while it decodes (1/2, 1/4, 1/8) wherever the result still covers what is wanted: 2 to 4
    # times faster than decoding every pixel, and what is left to reduce is reduced by Lanczos.
    pixels = simplejpeg.decode_jpeg(
        data,
        colorspace="RGB",
        min_width=wanted.width,
        min_height=wanted.height,
        min_factor=_LEAST_REDUCTION,
        strict=True,
    )
    return Image.fromarray(pixels)


def _rgb(image: Image.Image) -> Image.Image:
    image.load()
    if image.mode.startswith("I"):  # 16 bit grey: Pillow's own conversion would clip instead of scaling
        grey = np.asarray(image).astype(np.uint32) >> 8
        image = Image.fromarray(grey.astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    see_through = image.convert("RGBA")
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, see_through).convert("RGB")


def _framed(pixels: Image.Image, place: Placement, frame: Size) -> NDArray[np.uint8]:
    inner = np.asarray(pixels)
    if place.size == frame:
        return inner
    canvas = np.zeros((frame.height, frame.width, 3), np.uint8)
    canvas[place.top : place.top + place.size.height, place.left : place.left + place.size.width] = inner
    return canvas
