"""Which kind of picture a file is, by its content, and how those are opened that not every server can."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PIL import Image

#: Also the extension of stored files: ``tif`` is a TIFF, ``raw`` what a camera's sensor saw (DNG, CR2, NEF).
Kind = Literal["jpg", "png", "webp", "avif", "heic", "tif", "raw"]
#: The kinds that every browser shows.
SHOWN_BY_BROWSERS: Final[frozenset[str]] = frozenset({"jpg", "png", "webp", "avif"})

_MAGICS: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"RIFF", "webp"),
    (b"IIU\0", "raw"),  # Panasonic
    (b"IIRO", "raw"),  # Olympus
    (b"IIRS", "raw"),
    (b"FUJIFILMCCD-RAW", "raw"),
)
_BRANDS: Final[dict[bytes, Kind]] = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"heis": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
    b"crx ": "raw",  # Canon
}
_TIFF: Final = (b"II*\0", b"MM\0*")
#: Tags of TIFF's first directory: it is a reduced picture, how pixels are coded, directories below, DNG.
_REDUCED, _CODED, _BELOW, _DNG = 254, 262, 330, 50706
#: Pixels of a sensor behind its filter, or of its three colours in linear light.
_SENSOR: Final = (32803, 34892)


class MissingExtraError(Exception):
    """A kind of picture can't be opened, because an extra of the app isn't installed; ``extra`` names it."""

    def __init__(self, kind: str, extra: str) -> None:
        super().__init__(
            f"{kind} pictures need the extra {extra}: install timelapse-reference-app[{extra}] "
            "where the server and the workers run."
        )
        self.extra = extra


def kind_of(data: bytes) -> Kind | None:
    """Return what kind of picture a file is, whatever its name says; None if it is none that is known."""
    for magic, kind in _MAGICS:
        if data.startswith(magic):
            return kind
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12])
    if data.startswith(_TIFF):
        return "raw" if _is_raw(data) else "tif"
    return None


def open_picture(data: bytes, kind: Kind) -> Image.Image:
    """Read the header of a picture of kind avif, heic or tif; its pixels are decoded by ``load()``.

    Raises:
        MissingExtraError: an extra isn't installed.
        Exception: what a decoder raises about garbage.
    """
    file = io.BytesIO(data)
    if kind == "tif":
        from PIL.TiffImagePlugin import TiffImageFile  # noqa: PLC0415 - most pictures are no TIFF

        return TiffImageFile(file)
    if kind == "avif":
        return _avif(file)
    return _heic(file)


def _avif(file: io.BytesIO) -> Image.Image:
    from PIL import features  # noqa: PLC0415 - as above

    if "avif" not in features.modules or not features.check_module("avif"):
        raise MissingExtraError("AVIF", "avif")
    from PIL.AvifImagePlugin import AvifImageFile  # noqa: PLC0415 - Pillow 11.3 has it

    return AvifImageFile(file)


def _heic(file: io.BytesIO) -> Image.Image:
    try:
        import pillow_heif  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("HEIC", "heic") from None
    pillow_heif.options.DECODE_THREADS = 1  # others would only take address space
    opened: Image.Image = pillow_heif.HeifImageFile(file)  # type: ignore[no-untyped-call]
    return opened


def _is_raw(data: bytes) -> bool:
    """Return whether a TIFF has a sensor's pixels, maybe behind a preview."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2  # noqa: PLC0415 - as above

    file = io.BytesIO(data)
    try:
        tags = ImageFileDirectory_v2(file.read(8))
        file.seek(tags.next)
        tags.load(file)
        reduced = bool(int(tags.get(_REDUCED, 0)) & 1) and _BELOW in tags
        return data[8:10] == b"CR" or _DNG in tags or tags.get(_CODED) in _SENSOR or reduced
    except Exception:  # noqa: BLE001 - whatever is wrong with it, who decodes it says so
        return False
