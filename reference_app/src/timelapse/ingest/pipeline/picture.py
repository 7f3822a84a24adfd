"""Checks that an upload is a whole picture of a supported size: its header first, then every pixel."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import simplejpeg
from PIL import ExifTags, Image, ImageOps
from PIL.JpegImagePlugin import jpeg_factory
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from timelapse.frames.domain import THUMBNAIL_SIDE, Extension, Picture, Verdict
from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline.measure import measure

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

#: Bytes that decoding takes per pixel, measured with Pillow 11: its own copy, and what making the thumbnail
#: adds. A JPEG is scaled while it is decoded; a progressive one keeps all coefficients until its end.
_JPEG, _PROGRESSIVE_JPEG, _WEBP = 0.1, 8.0, 16.0
_PNG: Final = {"1": 2.0, "L": 2.0, "P": 2.0, "RGB": 5.0, "LA": 9.0, "RGBA": 9.0, "I;16": 12.0}
_OTHER_PNG: Final = 12.0
_MORE_FRAMES: Final = 9.0
#: A progressive JPEG has about ten scans, and each costs a pass over all pixels.
_SCANS: Final = 200
_START_OF_SCAN: Final = b"\xff\xda"

#: The status of a picture that is refused for good.
UNUSABLE: Final = 422
_REMEDY: Final = (
    "Do not send it again. The file is in quarantine on the server, and the agent may drop its own."
)


def unusable(code: str, message: str) -> Refusal:
    """Return a permanent refusal of a picture."""
    return Refusal(UNUSABLE, code, message, _REMEDY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A usable picture: its properties and numbers, and its thumbnail as an upright JPEG."""

    picture: Picture
    thumbnail: bytes


def inspect(data: bytes, *, max_pixels: int, max_bytes: int, side: int = THUMBNAIL_SIDE) -> Inspected:
    """Decode the picture once, for its check, its numbers and its thumbnail.

    Args:
        data: the file.
        max_pixels: most pixels that its header may claim.
        max_bytes: most memory that decoding it may take, by its format and mode.
        side: the longer side of the thumbnail, pixels.

    Raises:
        Refusal: 422: ``empty``, ``not_a_picture``, ``too_many_pixels``, ``truncated`` or ``undecodable``.
    """
    if not data:
        raise unusable("empty", "The picture has no bytes.")
    extension, opened = _open(data)
    width, height = opened.size
    if width * height > max_pixels:
        raise unusable(
            "too_many_pixels", f"The picture claims {width} x {height} pixels; {max_pixels} in all may be."
        )
    needed = int(width * height * bytes_per_pixel(opened))
    if needed > max_bytes:
        raise unusable(
            "too_many_pixels",
            f"The picture has {width} x {height} pixels. As {opened.format} ({opened.mode}) it would take "
            f"{needed // 1_000_000} MB to decode; {max_bytes // 1_000_000} MB may be taken.",
        )
    decoded, verdict = _decode(data, opened, side)
    orientation = _orientation(opened)
    small = _decode_or_refuse(partial(_thumbnail, decoded, orientation, side))
    picture = Picture(
        width=width,
        height=height,
        orientation=orientation,
        extension=extension,
        bytes=len(data),
        verdict=verdict,
        measured=measure(small),
    )
    return Inspected(picture=picture, thumbnail=_decode_or_refuse(partial(_encode, small)))


def bytes_per_pixel(opened: Image.Image) -> float:
    """Return how much memory it takes to decode a picture whose header has been read."""
    if opened.format in {"JPEG", "MPO"}:
        return _PROGRESSIVE_JPEG if opened.info.get("progressive") else _JPEG
    if opened.format == "WEBP":
        return _WEBP
    several = _MORE_FRAMES if getattr(opened, "is_animated", False) else 0.0
    return _PNG.get(opened.mode, _OTHER_PNG) + several


def _open(data: bytes) -> tuple[Extension, Image.Image]:
    # Not Image.open: its pixel limit is global to the process, and only warns.
    kinds: tuple[tuple[bytes, Extension, Callable[[io.BytesIO], Image.Image]], ...] = (
        (b"\xff\xd8\xff", "jpg", jpeg_factory),
        (b"\x89PNG\r\n\x1a\n", "png", PngImageFile),
        (b"RIFF", "webp", WebPImageFile),
    )
    for magic, extension, read_header in kinds:
        if data.startswith(magic):
            if extension == "webp" and int.from_bytes(data[4:8], "little") + 8 > len(data):
                raise unusable("truncated", "The picture ends before its announced end.")
            return extension, _decode_or_refuse(partial(read_header, io.BytesIO(data)))
    raise unusable("not_a_picture", "The file is neither JPEG nor PNG nor WebP, whatever its name says.")


def _decode(data: bytes, opened: Image.Image, side: int) -> tuple[Image.Image, Verdict]:
    if opened.format not in {"JPEG", "MPO"}:
        return _decode_or_refuse(partial(_load, opened)), "whole"
    if data.count(_START_OF_SCAN) > _SCANS:
        raise unusable("too_many_scans", f"The picture would have to be decoded in over {_SCANS} passes.")
    # Scaled while decoding: this reads every byte, but takes 1/64 of the memory for a large picture.
    # Pillow accepts data that end early if an end marker follows; this decoder reports it.
    width, height = _thumbnail_size(opened.size, side)
    try:
        pixels = simplejpeg.decode_jpeg(data, min_width=width, min_height=height, strict=True)
    except ValueError as complaint:
        if "premature end" in str(complaint).lower():
            raise unusable("truncated", "The picture's data end early.") from None
    else:
        return Image.fromarray(pixels), "whole"
    opened.draft(opened.mode, (width, height))
    return _decode_or_refuse(partial(_load, opened)), "flawed"


def _load(opened: Image.Image) -> Image.Image:
    opened.load()
    return opened


def _decode_or_refuse(decode: Callable[[], _T]) -> _T:
    try:
        return decode()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - decoders may raise anything on garbage
        if "truncated" in str(error).lower():
            raise unusable("truncated", f"The picture ends early ({error}).") from None
        raise unusable(
            "undecodable", f"The picture can't be decoded ({type(error).__name__}: {error})."[:300]
        ) from None


def _orientation(opened: Image.Image) -> int:
    try:
        value = opened.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - broken EXIF around good pixels is no reason to refuse them
        return 1
    return value if value in range(1, 9) else 1


def _thumbnail_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(side / max(size), 1)
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def _thumbnail(image: Image.Image, orientation: int, side: int) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel: converting as it is would saturate
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    image.thumbnail((side, side), reducing_gap=2)
    small = image.convert("RGB")
    small.getexif()[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(small)


def _encode(thumbnail: Image.Image) -> bytes:
    written = io.BytesIO()
    thumbnail.save(written, "JPEG", quality=80)
    return written.getvalue()
