"""Decodes one stored picture strictly to upright sRGB pixels."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg
from PIL import Image, UnidentifiedImageError

from timelapse.rendering.fit import CONTAIN
from timelapse.rendering.pipeline.colour import profile_of, to_srgb
from timelapse.rendering.pipeline.errors import PictureError
from timelapse.rendering.pipeline.geometry import Size, scaled
from timelapse.shared.formats import MissingExtraError, kind_of, open_picture
from timelapse.shared.raw import RawPicture, open_raw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from timelapse.rendering.fit import Fit
    from timelapse.rendering.pipeline.plan import Recipe

_FORMATS = ("JPEG", "PNG", "WEBP")  # a phone's several-pictures JPEG (MPO) opens as a JPEG
#: Reducing by less while decoding takes longer than decoding every pixel.
_LEAST_REDUCTION = 2
#: Modes of TIFF without a range: what is white in them, no header says.
_UNUSUAL = frozenset({"F", "I"})
_ORIENTATION_TAG = 0x0112
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})


def read_picture(recipe: Recipe, frame: Size, *, max_pixels: int, fit: Fit = CONTAIN) -> NDArray[np.uint8]:
    """Decode the picture upright into an RGB array (height, width, 3) for a movie of this size.

    The header is read first, and pixels only when there are at most ``max_pixels`` of them. A JPEG is reduced
    while it is decoded as long as it still has the pixels that its ``fit`` takes. EXIF orientation and colour
    profile are honoured, transparency lies on black. Raises PictureError; a file whose hash isn't the
    recipe's is refused, because a segment is known by the hashes.
    """
    try:
        data = recipe.path.read_bytes()
    except OSError as error:
        raise PictureError("missing", f"Its file can't be read: {error.strerror}.") from error
    intact = hashlib.sha256(data).hexdigest() == recipe.sha256
    try:
        pixels = _checked(data, frame, max_pixels, fit)
    except PictureError as refused:
        lasting = intact and refused.code != "extra_missing"  # it can be installed
        raise PictureError(refused.code, refused.message, lasting=lasting) from refused
    if not intact:
        raise PictureError("changed", "Its file isn't the one that was stored: it was changed or damaged.")
    return pixels


def _checked(data: bytes, frame: Size, max_pixels: int, fit: Fit) -> NDArray[np.uint8]:
    if not data:
        raise PictureError("empty", "Its file is empty.")
    try:
        return _decode(data, frame, max_pixels, fit)
    except MissingExtraError as error:
        raise PictureError("extra_missing", str(error)) from error
    except UnidentifiedImageError as error:
        raise PictureError("not_a_picture", "It is no picture of a known kind.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("too_many_pixels", str(error)) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureError("damaged", f"It is damaged: {error}.") from error


def _decode(data: bytes, frame: Size, max_pixels: int, fit: Fit) -> NDArray[np.uint8]:
    kind = kind_of(data)
    if kind is None:
        raise PictureError("not_a_picture", "It is no picture of a known kind.")
    if kind == "raw":
        return _raw(data, frame, max_pixels, fit)
    plain = kind in {"jpg", "png", "webp"}
    with Image.open(io.BytesIO(data), formats=_FORMATS) if plain else open_picture(data, kind) as image:
        stored = Size(*image.size)
        _require_few(stored, max_pixels)
        orientation = int(image.getexif().get(_ORIENTATION_TAG, 1))
        profile = profile_of(image)
        if kind == "jpg":
            pixels = _jpeg(data, _place(stored, orientation, frame, fit))
        else:
            pixels = np.asarray(_rgb(image))
    return upright(to_srgb(pixels, profile), orientation)


def _raw(data: bytes, frame: Size, max_pixels: int, fit: Fit) -> NDArray[np.uint8]:
    """Decode the camera's own preview if it has the pixels that are needed, else what the sensor saw."""
    with open_raw(data) as raw:
        stored = Size(*raw.size)
        _require_few(stored, max_pixels)
        raw.check()
        place = _place(stored, raw.orientation, frame, fit)
        preview = raw.preview()
        if preview is not None and (pixels := _previewed(preview, raw, place, max_pixels)) is not None:
            return pixels
        half = stored.width // 2 >= place.width and stored.height // 2 >= place.height
        return upright(raw.developed(half=half), raw.orientation)


def _previewed(data: bytes, raw: RawPicture, place: Size, max_pixels: int) -> NDArray[np.uint8] | None:
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            stored, profile = Size(*image.size), profile_of(image)
    except (OSError, SyntaxError, ValueError):
        return None
    turned = raw.shows_upright((stored.width, stored.height))
    needed = place.turned if turned else place
    if stored.pixels > max_pixels or stored.width < needed.width or stored.height < needed.height:
        return None
    try:
        pixels = to_srgb(_jpeg(data, needed), profile)
    except ValueError:
        return None
    return upright(pixels, 1 if turned else raw.orientation)


def _require_few(stored: Size, max_pixels: int) -> None:
    if stored.pixels > max_pixels:
        raise PictureError("too_many_pixels", f"It has {stored.pixels} pixels; {max_pixels} are allowed.")


def _place(stored: Size, orientation: int, frame: Size, fit: Fit) -> Size:
    """Return the size to which the stored picture is scaled, before it is turned."""
    sideways = orientation in _ON_ITS_SIDE
    place = scaled(stored.turned if sideways else stored, frame, fit)
    return place.turned if sideways else place


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
    if image.format == "TIFF" and image.mode in _UNUSUAL:
        raise ValueError(f"pixels of the mode {image.mode} have no known brightness")
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
