"""Brightness and preview of a picture, with Pillow if installed, in the driver's process."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from camera_agent.errors import DriverError
from camera_agent.exposure import Measurement

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

#: The size at which pictures are measured: decoding a JPEG at an eighth takes a tenth of the time.
MEASURED = (320, 240)
#: Pixels from this value (of 255) on are burnt out.
BURNT = 251
#: A preview: pixels of the long side, the protocol's limit in bytes, JPEG qualities to try.
LONG_SIDE, MAX_BYTES, QUALITIES = 640, 256 * 1024, (80, 60, 35)


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
    try:
        from PIL import ImageOps  # noqa: PLC0415 - an extra

        with _opened(path, (LONG_SIDE, LONG_SIDE)) as picture:
            small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((LONG_SIDE, LONG_SIDE))
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


def _opened(path: Path, size: tuple[int, int]) -> Image:
    from PIL import Image  # noqa: PLC0415 - an extra

    picture = Image.open(path)
    picture.draft("RGB", size)
    return picture
