"""Decodes one stored picture strictly to upright sRGB pixels."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg
from PIL import Image, UnidentifiedImageError

from timelapse.rendering.pipeline.colour import to_srgb
from timelapse.rendering.pipeline.errors import PictureError
from timelapse.rendering.pipeline.geometry import Size, contain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from timelapse.rendering.pipeline.plan import Recipe

_FORMATS = ("JPEG", "PNG", "WEBP")  # a phone's several-pictures JPEG (MPO) opens as a JPEG
#: Reducing by less while decoding takes longer than decoding every pixel.
_LEAST_REDUCTION = 2
_ORIENTATION_TAG = 0x0112
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})


def read_picture(recipe: Recipe, frame: Size, *, max_pixels: int) -> NDArray[np.uint8]:
    """Decode the picture upright into an RGB array (height, width, 3) for a movie of this size.

    The header is read first, and pixels only when there are at most ``max_pixels`` of them. A JPEG is reduced
    while it is decoded as long as it still covers its place in the frame. EXIF orientation and colour profile
    are honoured, transparency lies on black. Raises PictureError; a file whose hash isn't the recipe's is
    refused, because a segment is known by the hashes.
    """
    try:
        data = recipe.path.read_bytes()
    except OSError as error:
        raise PictureError("missing", f"Its file can't be read: {error.strerror}.") from error
    intact = hashlib.sha256(data).hexdigest() == recipe.sha256
    try:
        pixels = _checked(data, frame, max_pixels)
    except PictureError as refused:
        raise PictureError(refused.code, refused.message, lasting=intact) from refused
    if not intact:
        raise PictureError("changed", "Its file isn't the one that was stored: it was changed or damaged.")
    return pixels


def _checked(data: bytes, frame: Size, max_pixels: int) -> NDArray[np.uint8]:
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


def _decode(data: bytes, frame: Size, max_pixels: int) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        stored = Size(*image.size)
        if stored.pixels > max_pixels:
            raise PictureError("too_many_pixels", f"It has {stored.pixels} pixels; {max_pixels} are allowed.")
        orientation = int(image.getexif().get(_ORIENTATION_TAG, 1))
        profile = image.info.get("icc_profile")
        if image.format in {"JPEG", "MPO"}:
            sideways = orientation in _ON_ITS_SIDE
            place = contain(stored.turned if sideways else stored, frame).size
            pixels = _jpeg(data, place.turned if sideways else place)
        else:
            pixels = np.asarray(_rgb(image))
    return upright(to_srgb(pixels, profile), orientation)


def _jpeg(data: bytes, place: Size) -> NDArray[np.uint8]:
    # libjpeg halves while it decodes (1/2, 1/4, 1/8) wherever the result still covers its place: 2 to 4 times
    # faster than decoding every pixel, and what is left to reduce is reduced by Lanczos.
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
        data,
        colorspace="RGB",
        min_width=place.width,
        min_height=place.height,
        min_factor=_LEAST_REDUCTION,
        strict=True,
    )
    return pixels


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


def upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn and mirror the pixels as EXIF's orientation (1 to 8) says; other values leave them as they are."""
    if orientation in _ON_ITS_SIDE:
        pixels = pixels.swapaxes(0, 1)
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
