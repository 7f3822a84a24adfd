"""Finds how a camera on a pole sways, and how its pictures are moved so that they stand still. Pure.

A shift between two small pictures is found by phase correlation: the whole picture decides, not what moves in
a part of it. Of all positions only what deviates from the median of the frames around is taken away. Slow
drift is kept, and so is a camera that was aimed anew: a step moves the median with it.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    #: A small grey picture, from 0 to 255.
    Grey = NDArray[np.float32]

#: How far something is to the right and further down, in shares of the picture's width and height.
Shift = tuple[float, float]

#: The longer side of the small pictures, pixels.
SIDE: Final = 256
#: A picture is moved by so much of its width and height at most, and cropped by as much at each side.
MOST: Final = 0.02
#: Who moved the camera by more than this between two frames has aimed it anew.
_AIMED_ANEW: Final = 0.06
#: A lower peak (1: the same picture) is chance: another scene, fog, the dark.
_LEAST_PEAK: Final = 0.15
#: Frames on each side whose median is where the camera looks.
_AROUND: Final = 15
#: Deviations up to this are those of measuring, of the picture's size: a quarter pixel.
_NOISE: Final = 0.25 / SIDE
#: Shifts are counted in these steps, so that sums are exact: the same frames give the same offsets.
_STEP: Final = 2.0**-14
#: What is finer than this share of the sampling rate is noise of the sensor.
_FINEST: Final = 0.12
_LEAST_SIDE: Final = 16


def shift_between(one: Grey, other: Grey) -> Shift | None:
    """Return how far the content of the second picture is shifted; None if that can't be told."""
    if one.shape != other.shape or min(one.shape) < _LEAST_SIDE:
        return None
    cross = np.fft.rfft2(_edges(other)) * np.conj(np.fft.rfft2(_edges(one)))
    power = np.abs(cross)
    if power.max() == 0:
        return None
    smooth, highest = _smooth(one.shape)
    peaks = np.fft.irfft2(cross / np.maximum(power, power.max() * 1e-6) * smooth, s=one.shape)
    row, column = divmod(int(peaks.argmax()), one.shape[1])
    if peaks[row, column] < _LEAST_PEAK * highest:
        return None
    right, down = _vertex(peaks[row], column), _vertex(peaks[:, column], row)
    return _stepped(right / one.shape[1]), _stepped(down / one.shape[0])


def offsets(shifts: Sequence[Shift | None]) -> list[Shift]:
    """Return how far each frame is moved back, for frames in playing order.

    Args:
        shifts: of each frame from the one before it; None, and anything for the first: it isn't known.

    Returns:
        For each frame how far its content is from where it belongs, at most `MOST`. Crop it there.
    """
    found: list[Shift] = []
    begins = [number for number, shift in enumerate(shifts) if number == 0 or _is_other_scene(shift)]
    for begin, end in pairwise([*begins, len(shifts)]):
        moved = [(0.0, 0.0), *(shift or (0.0, 0.0) for shift in shifts[begin + 1 : end])]
        at = np.cumsum(np.array(moved), axis=0)
        away = at - _median_around(at)
        away[np.abs(away) <= _NOISE] = 0.0
        found += [(float(right), float(down)) for right, down in np.clip(away, -MOST, MOST)]
    return found


def _is_other_scene(shift: Shift | None) -> bool:
    return shift is None or max(map(abs, shift)) > _AIMED_ANEW


def _median_around(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(positions, ((_AROUND, _AROUND), (0, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1, axis=0)
    median: NDArray[np.float64] = np.nanmedian(windows, axis=-1)
    return median


def _edges(grey: Grey) -> Grey:
    """Return where edges are, as logarithms: brighter light changes them little. The margin fades out."""
    down, right = np.gradient(grey)
    edges = np.log1p(np.hypot(down, right))
    windowed: Grey = (edges - edges.mean()) * np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1]))
    return windowed


@lru_cache(8)
def _smooth(shape: tuple[int, int]) -> tuple[NDArray[np.float64], float]:
    """Return the weight of each frequency, and the peak of two equal pictures under it."""
    down, right = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    weights = np.exp(-(right**2 + down**2) / (2 * _FINEST**2))
    return weights, float(np.fft.irfft2(weights, s=shape)[0, 0])


def _vertex(values: NDArray[np.float64], highest: int) -> float:
    """Return where the curve through the highest of the values and its neighbors is highest, from 0 on."""
    around = [values[highest - 1], values[highest], values[(highest + 1) % len(values)]]
    before, middle, after = np.log(np.maximum(around, 1e-9))
    bend = before - 2 * middle + after
    at = highest + (0.0 if bend == 0 else 0.5 * (before - after) / bend)
    return float(at - len(values) if at > len(values) / 2 else at)


def _stepped(share: float) -> float:
    return round(share / _STEP) * _STEP
