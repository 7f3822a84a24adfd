"""Brightens pictures as light does: in linear light, by a table."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from timelapse.shared.srgb import from_light, to_light

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHANNELS: Final = 3


def brightened(pixels: NDArray[np.uint8], gain_ev: float) -> NDArray[np.uint8]:
    """Return sRGB pixels with 2 ** ``gain_ev`` times their light; what is brighter than white is white."""
    if gain_ev == 0:
        return pixels
    return np.asarray(Image.fromarray(pixels).point(_table(gain_ev) * _CHANNELS))


@lru_cache(256)
def _table(gain_ev: float) -> list[int]:
    light = to_light(np.arange(256) / 255) * 2.0**gain_ev
    return [int(value) for value in (from_light(np.minimum(light, 1.0)) * 255).round()]
