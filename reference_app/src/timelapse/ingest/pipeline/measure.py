"""Measures a picture's brightness, sharpness and likeness, from its thumbnail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from timelapse.frames.domain import Measurements
from timelapse.shared.srgb import to_light

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Zones to a side, of which brightness is measured each by itself.
_ZONES: Final = 3
#: Darker light than this can't be told from black in 8 bits.
_BLACK: Final = 2.0**-14
#: BT.709's shares of red, green and blue in brightness.
_SHARES: Final = (0.2126, 0.7152, 0.0722)
#: Less contrast than this (of 255) is noise.
_LEAST_CONTRAST: Final = 2.0
#: A fingerprint compares so many neighbors in so many rows.
_BITS: Final = 8
_LIGHT: Final = to_light(np.arange(256) / 255)
_DIGITS: Final = 4


def measure(upright: Image.Image) -> Measurements:
    """Return the numbers of an upright RGB thumbnail."""
    light = _LIGHT[np.asarray(upright)] @ np.array(_SHARES)
    grey = upright.convert("L")
    return Measurements(
        luma_ev=_ev(light),
        zones_ev=tuple(
            _ev(zone)
            for rows in np.array_split(light, _ZONES, axis=0)
            for zone in np.array_split(rows, _ZONES, axis=1)
        ),
        sharpness=_sharpness(np.asarray(grey, np.float64)),
        fingerprint=_fingerprint(grey),
    )


def _ev(light: NDArray[np.float64]) -> float:
    mean = light.mean() if light.size else 0.0
    return round(float(np.log2(max(mean, _BLACK))), _DIGITS)


def _sharpness(grey: NDArray[np.float64]) -> float:
    """Return how much neighbors differ, in relation to the whole picture's contrast."""
    if min(grey.shape) < 3:
        return 0.0
    middle = grey[1:-1, 1:-1]
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * middle
    return round(float(edges.std() / max(grey.std(), _LEAST_CONTRAST)), _DIGITS)


def _fingerprint(grey: Image.Image) -> str:
    """Return 64 bits as hex digits: whether each cell of 8 x 8 is darker than the one to its right."""
    cells = np.asarray(grey.resize((_BITS + 1, _BITS), Image.Resampling.BOX), np.int16)
    bits = (cells[:, :-1] < cells[:, 1:]).reshape(-1)
    return np.packbits(bits).tobytes().hex()
