"""Converts the colours of a picture with a profile, such as a phone's Display P3, to sRGB."""

from __future__ import annotations

import io
import struct
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EXIF_IFD, _INTEROPERABILITY_IFD = 0x8769, 0xA005
_COLOUR_SPACE, _INDEX = 0xA001, 0x0001
#: What EXIF's ColorSpace says of Adobe RGB: that it isn't calibrated, or what some cameras invented.
_NOT_SRGB: Final = frozenset({2, 0xFFFF})
#: Bytes of a profile before its tags.
_HEADER: Final = 128
_D50: Final = (0.9642, 1.0, 0.8249)
_ADOBE_RGB: Final = {
    b"r": (0.60974, 0.31111, 0.01947),
    b"g": (0.20528, 0.62567, 0.06087),
    b"b": (0.14919, 0.06322, 0.74457),
}
#: Pictures of one timelapse have one profile, seldom a few.
_PROFILES = 8
#: A profile that changes no colour by more than this (of 255) is sRGB by another name.
_NO_CHANGE = 1


def profile_of(image: Image.Image) -> bytes | None:
    """Return a picture's profile; that of Adobe RGB if its EXIF alone says so, as cameras do by DCF 2.0."""
    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes) and profile:
        return profile
    return adobe_rgb() if _is_adobe_rgb(image) else None


def _is_adobe_rgb(image: Image.Image) -> bool:
    try:
        exif = image.getexif()
        values = exif.get_ifd(_EXIF_IFD)
        if values.get(_COLOUR_SPACE) not in _NOT_SRGB or _INTEROPERABILITY_IFD not in values:
            return False
        index = exif.get_ifd(_INTEROPERABILITY_IFD).get(_INDEX)
    except Exception:  # noqa: BLE001 - broken EXIF around good pixels is no reason to refuse them
        return False
    text = index.decode("ascii", "replace") if isinstance(index, bytes) else str(index)
    return text.rstrip("\0 ") == "R03"


@cache
def adobe_rgb() -> bytes:
    """Return a profile of Adobe RGB (1998): three colorants and a gamma."""
    tags = {b"wtpt": _xyz(_D50)}
    tags |= {name + b"XYZ": _xyz(values) for name, values in _ADOBE_RGB.items()}
    # Of one value, in 256ths: 2 and 51/256.
    tags |= {name + b"TRC": b"curv" + bytes(4) + struct.pack(">IHxx", 1, 563) for name in _ADOBE_RGB}
    table, content = struct.pack(">I", len(tags)), b""
    begins = _HEADER + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", begins + len(content), len(data))
        content += data
    size = struct.pack(">I", begins + len(content))
    header = size + bytes(4) + b"\x02\x40\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28) + _fixed(_D50)
    return header.ljust(_HEADER, b"\0") + table + content


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _fixed(values: tuple[float, ...]) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def to_srgb(pixels: NDArray[np.uint8], profile: bytes | None) -> NDArray[np.uint8]:
    """Return RGB pixels in sRGB.

    A profile that is broken, or that isn't one of RGB (of grey, of four inks), changes nothing.
    """
    transform = _transform(profile) if profile else None
    if transform is None:
        return pixels
    return np.asarray(_applied(Image.fromarray(pixels), transform))


@lru_cache(_PROFILES)
def _transform(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    except (ImageCms.PyCMSError, OSError):
        return None
    colours = _colours()
    changed = np.asarray(_applied(Image.fromarray(colours), transform)).astype(int)
    return transform if np.abs(changed - colours).max() > _NO_CHANGE else None


def _colours() -> NDArray[np.uint8]:
    steps = np.arange(0, 256, 51, dtype=np.uint8)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)


def _applied(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    # Not in place, hence never None.
    return cast("Image.Image", ImageCms.applyTransform(image, transform))
