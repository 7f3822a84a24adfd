"""sRGB's curve between the values of a picture and the light that they stand for, both from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Near black the curve is a line of this slope, up to this value.
_SLOPE: Final = 12.92
_LINEAR_UP_TO: Final = 0.04045


def to_light(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the light of sRGB values."""
    return np.where(values <= _LINEAR_UP_TO, values / _SLOPE, ((values + 0.055) / 1.055) ** 2.4)


def from_light(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sRGB values of light."""
    return np.where(light <= _LINEAR_UP_TO / _SLOPE, light * _SLOPE, 1.055 * light ** (1 / 2.4) - 0.055)
