"""Brightens pictures as light does: in linear light, by a table."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: sRGB's curve: a line near black, a power above.
_LINEAR_UP_TO: Final = 0.04045
_CHANNELS: Final = 3


def brightened(pixels: NDArray[np.uint8], gain_ev: float) -> NDArray[np.uint8]:
    """Return sRGB pixels with 2 ** ``gain_ev`` times their light; what is brighter than white is white."""
    if gain_ev == 0:
        return pixels
    return np.asarray(Image.fromarray(pixels).point(_table(gain_ev) * _CHANNELS))


@lru_cache(256)
def _table(gain_ev: float) -> list[int]:
    light = to_linear(np.arange(256) / 255) * 2.0**gain_ev
    return [int(value) for value in (_from_linear(np.minimum(light, 1.0)) * 255).round()]


def to_linear(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the light of sRGB values, both from 0 to 1."""
    return np.where(values <= _LINEAR_UP_TO, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _from_linear(light: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
