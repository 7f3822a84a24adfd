"""Brightens pictures as light does: in linear light, by a table."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from timelapse.shared.srgb import from_light, to_light

if TYPE_CHECKING:
    from numpy.typing import NDArray


def brightened(pixels: NDArray[np.uint8], gain_ev: float) -> NDArray[np.uint8]:
    """Return sRGB pixels with 2 ** ``gain_ev`` times their light; what is brighter than white is white."""
    if gain_ev == 0:
        return pixels
    # Pillow's lookup takes three times as long, and numpy's twice.
    return np.frombuffer(pixels.tobytes().translate(_table(gain_ev)), np.uint8).reshape(pixels.shape)


@lru_cache(256)
def _table(gain_ev: float) -> bytes:
    light = to_light(np.arange(256) / 255) * 2.0**gain_ev
    return (from_light(np.minimum(light, 1.0)) * 255).round().astype(np.uint8).tobytes()
