"""Brightness and preview of a picture, with Pillow if installed, in the driver's process."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from camera_agent.errors import DriverError
from camera_agent.exposure import Measurement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PIL.Image import Image

#: The size at which pictures are measured: decoding a JPEG at an eighth takes a tenth of the time.
MEASURED = (320, 240)
#: Pixels from this value (of 255) on are burnt out.
BURNT = 251
#: A preview: pixels of the long side, the protocol's limit in bytes, JPEG qualities to try.
LONG_SIDE, MAX_BYTES, QUALITIES = 640, 256 * 1024, (80, 60, 35)
#: The most pixels of a centre, across and down.
CENTRE = (640, 360)


def measure(path: Path) -> Measurement | None:
    """Measure how bright a picture is; None without Pillow, or when it can't be read."""
    try:
        with _opened(path, MEASURED) as picture:
            histogram = picture.convert("L").histogram()
    except Exception:  # noqa: BLE001 - of whatever kind a picture is, it is worth more than its measurement
        return None
    total = sum(histogram)
    return Measurement(
        luminance=sum(count * linear(value / 255) for value, count in enumerate(histogram)) / total,
        clipped=sum(histogram[BURNT:]) / total,
    )


def linear(value: float) -> float:
    """Convert an sRGB value to linear light, both 0 to 1 (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def write_preview(path: Path, target: Path) -> None:
    """Write a small JPEG of a picture, upright. DriverError without Pillow, or when that fails."""

    def small(picture: Image) -> Image:
        picture.thumbnail((LONG_SIDE, LONG_SIDE))
        return picture

    _write_small(path, target, small, (LONG_SIDE, LONG_SIDE))


def write_centre(path: Path, target: Path) -> None:
    """Write the centre of a picture as a JPEG, pixel by pixel and upright: there the focus can be judged.

    DriverError without Pillow, or when that fails.
    """

    def centre(picture: Image) -> Image:
        width, height = (min(side, most) for side, most in zip(picture.size, CENTRE, strict=True))
        left, top = (picture.width - width) // 2, (picture.height - height) // 2
        return picture.crop((left, top, left + width, top + height))

    _write_small(path, target, centre)


def _write_small(
    path: Path, target: Path, change: Callable[[Image], Image], size: tuple[int, int] | None = None
) -> None:
    """Write what `change` makes of an upright picture, which is decoded in about `size`, if that is given."""
    try:
        from PIL import ImageOps  # noqa: PLC0415 - an extra

        with _opened(path, size) as picture:
            small = change(ImageOps.exif_transpose(picture).convert("RGB"))
        for quality in QUALITIES:
            small.save(target, "JPEG", quality=quality)
            if target.stat().st_size <= MAX_BYTES:
                break
    except ImportError:
        raise DriverError(
            "Previews need Pillow, which is not here.", "Install it: pip install 'camera-agent[preview]'."
        ) from None
    except Exception as error:  # as above: Pillow refuses a very large one, say
        with suppress(OSError):
            target.unlink()  # half of one is none
        raise DriverError(f"No preview can be made of the picture: {error}.") from error


def _opened(path: Path, size: tuple[int, int] | None) -> Image:
    from PIL import Image  # noqa: PLC0415 - an extra

    picture = Image.open(path)
    if size is not None:
        picture.draft("RGB", size)
    return picture
