"""Checks that an upload is a whole picture of a supported size: its header first, then every pixel."""

from __future__ import annotations

import io
from contextlib import ExitStack
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
from timelapse.shared.formats import MissingExtraError, kind_of, open_picture
from timelapse.shared.raw import RawPicture, open_raw

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

#: Bytes that decoding takes per pixel, measured with Pillow 11: its own copy, and what making the thumbnail
#: adds. A JPEG is scaled while it is decoded; a progressive one keeps all coefficients until its end.
_JPEG, _PROGRESSIVE_JPEG, _LOSSY, _RAW = 0.1, 8.0, 16.0, 16.0
_PNG: Final = {"1": 2.0, "L": 2.0, "P": 2.0, "RGB": 5.0, "LA": 9.0, "RGBA": 9.0, "I;16": 12.0}
_OTHER_PNG: Final = 12.0
_MORE_FRAMES: Final = 9.0
#: Modes of TIFF without a range: what is white in them, no header says.
_UNUSUAL: Final = frozenset({"F", "I"})
#: A progressive JPEG has about ten scans, and each costs a pass over all pixels.
_SCANS: Final = 200
_START_OF_SCAN: Final = b"\xff\xda"

KINDS: Final = "JPEG, PNG, WebP, AVIF, HEIC, TIFF, DNG and other raw pictures"
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
    limits = _Limits(max_pixels, max_bytes)
    extension = kind_of(data)
    if extension is None:
        raise unusable(
            "not_a_picture", f"The file is no picture of a known kind ({KINDS}), whatever its name says."
        )
    try:
        looked = (
            _look_at_raw(data, side, limits) if extension == "raw" else _look(data, extension, side, limits)
        )
    except MissingExtraError as error:
        raise unusable("extra_missing", str(error)) from None
    turn = 1 if looked.upright else looked.orientation
    small = _decode_or_refuse(partial(_thumbnail, looked.decoded, turn, side))
    picture = Picture(
        width=looked.size[0],
        height=looked.size[1],
        orientation=looked.orientation,
        extension=extension,
        bytes=len(data),
        verdict=looked.verdict,
        measured=measure(small),
    )
    return Inspected(picture=picture, thumbnail=_decode_or_refuse(partial(_encode, small)))


@dataclass(frozen=True, slots=True)
class _Limits:
    """Most pixels of a picture, and most bytes of memory that decoding it may take."""

    pixels: int
    bytes: int

    def check(self, size: tuple[int, int], each: float, what: str) -> None:
        """Raise Refusal unless a picture of this size may be decoded, at so many bytes for each pixel."""
        width, height = size
        if width * height > self.pixels:
            raise unusable(
                "too_many_pixels",
                f"The picture claims {width} x {height} pixels; {self.pixels} in all may be.",
            )
        needed = int(width * height * each)
        if needed > self.bytes:
            raise unusable(
                "too_many_pixels",
                f"The picture has {width} x {height} pixels. As {what} it would take "
                f"{needed // 1_000_000} MB to decode; {self.bytes // 1_000_000} MB may be taken.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """Decoded pixels (``upright`` or as stored), size and orientation as stored, what the decoder said."""

    decoded: Image.Image
    size: tuple[int, int]
    orientation: int
    verdict: Verdict = "whole"
    upright: bool = False


def _look(data: bytes, extension: Extension, side: int, limits: _Limits) -> _Looked:
    opened = _open(data, extension)
    limits.check(opened.size, bytes_per_pixel(opened), f"{opened.format} ({opened.mode})")
    if opened.format == "TIFF" and opened.mode in _UNUSUAL:
        raise unusable("undecodable", f"Pixels of the mode {opened.mode} have no known brightness.")
    decoded, verdict = _decode(data, opened, side)
    return _Looked(decoded=decoded, size=opened.size, orientation=_orientation(opened), verdict=verdict)


def _look_at_raw(data: bytes, side: int, limits: _Limits) -> _Looked:
    with ExitStack() as closing:
        raw = _decode_or_refuse(lambda: closing.enter_context(open_raw(data)))
        limits.check(raw.size, _RAW, "a raw picture")
        _decode_or_refuse(raw.check)
        decoded = _preview(raw, limits) or Image.fromarray(
            _decode_or_refuse(partial(raw.developed, half=min(raw.size) >= 2 * side))
        )
        return _Looked(
            decoded=decoded,
            size=raw.size,
            orientation=raw.orientation,
            upright=raw.shows_upright(decoded.size),
        )


def _preview(raw: RawPicture, limits: _Limits) -> Image.Image | None:
    """Return the camera's own picture of a raw one, unless it has none or a damaged one."""
    data = raw.preview()
    if data is None:
        return None
    try:
        opened = jpeg_factory(io.BytesIO(data))
        limits.check(opened.size, bytes_per_pixel(opened), "a preview")
        return _load(opened)
    except (Refusal, OSError, SyntaxError, ValueError):
        return None


def bytes_per_pixel(opened: Image.Image) -> float:
    """Return how much memory it takes to decode a picture whose header has been read."""
    if opened.format in {"JPEG", "MPO"}:
        return _PROGRESSIVE_JPEG if opened.info.get("progressive") else _JPEG
    if opened.format in {"WEBP", "AVIF", "HEIF"}:
        return _LOSSY
    several = _MORE_FRAMES if getattr(opened, "is_animated", False) else 0.0
    return _PNG.get(opened.mode, _OTHER_PNG) + several


def _open(data: bytes, extension: Extension) -> Image.Image:
    # Not Image.open: its pixel limit is global to the process, and only warns.
    readers: dict[Extension, Callable[[io.BytesIO], Image.Image]] = {
        "jpg": jpeg_factory,
        "png": PngImageFile,
        "webp": WebPImageFile,
    }
    if extension == "webp" and int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise unusable("truncated", "The picture ends before its announced end.")
    if extension in readers:
        return _decode_or_refuse(partial(readers[extension], io.BytesIO(data)))
    return _decode_or_refuse(partial(open_picture, data, extension))


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
    except (MemoryError, MissingExtraError):
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
