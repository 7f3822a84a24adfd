"""Converts the colours of a picture with a profile, such as a phone's Display P3, to sRGB."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Pictures of one timelapse have one profile, seldom a few.
_PROFILES = 8
#: A profile that changes no colour by more than this (of 255) is sRGB by another name.
_NO_CHANGE = 1


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
