"""When a picture was captured, as its camera wrote it into the file (EXIF)."""

from __future__ import annotations

import warnings
from contextlib import suppress
from datetime import UTC, datetime, timezone
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

#: A raw picture is read as the TIFF that it is made as.
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF")
_EXIF_IFD: Final = 0x8769
_TIME, _SUBSECOND, _OFFSET = 0x9003, 0x9291, 0x9011  # DateTimeOriginal and what belongs to it
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def capture_time(path: Path) -> datetime | None:
    """Return when the picture was captured, by its camera's clock; None when that isn't known.

    A camera that didn't write its offset from UTC is taken to be in this computer's time zone. Without Pillow
    nothing is known, and nothing of HEIC without pillow-heif.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures and odd EXIF: only the header is read
            values = _values(path)
    except ImportError:
        return None
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the server judges the picture itself
        return None
    return parse(values.get(_TIME), values.get(_SUBSECOND), values.get(_OFFSET))


def _values(path: Path) -> dict[int, object]:
    from PIL import Image  # noqa: PLC0415 - an extra

    with suppress(ImportError):
        from pillow_heif import register_heif_opener  # noqa: PLC0415 - an extra of its own

        register_heif_opener()
    Image.init()
    with Image.open(path, formats=[name for name in _FORMATS if name in Image.OPEN]) as image:
        return dict(image.getexif().get_ifd(_EXIF_IFD))


def parse(time: object, subsecond: object = None, offset: object = None) -> datetime | None:
    """Read EXIF's texts: `2026:11:28 14:03:59`, `123` (decimals of a second) and `+01:00`."""
    try:
        moment = datetime.strptime(_text(time), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - its zone follows
    except ValueError:
        return None
    decimals, zone = _text(subsecond), _zone(_text(offset))
    if decimals.isdecimal():
        moment = moment.replace(microsecond=int(decimals[:6].ljust(6, "0")))
    try:
        aware = moment.astimezone(UTC) if zone is None else moment.replace(tzinfo=zone).astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return aware if aware > _EPOCH else None


def _zone(text: str) -> timezone | None:
    if text == "Z":
        return UTC
    try:
        offset = datetime.strptime(text, "%z").utcoffset()
    except ValueError:
        return None
    return timezone(offset) if offset is not None else None


def _text(value: object) -> str:
    return value.strip("\0 ") if isinstance(value, str) else ""
