"""Finds the gain of each frame that removes flicker and keeps what the light really did. Pure.

Brightness is compared in exposure values (EV, powers of two). A median drops single outliers and keeps steps.
A line through the neighbors follows dawn and dusk, and neighbors of another brightness don't count, so that a
lamp is switched on in one frame. Where the camera's exposure is known for all frames, its steps are no light:
they become ramps.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Frames that the median looks at, and the width of the line's neighborhood (standard deviation).
_MEDIAN: Final = 9
_WIDTH: Final = 8
_REACH: Final = 3 * _WIDTH
#: Neighbors that differ by more than this (EV) don't count.
_OTHER_LIGHT: Final = 0.6
#: What a neighbor of another light counts nevertheless, so that there is always a line.
_LEAST_WEIGHT: Final = 1e-12
#: Exposure is changed over this many frames (standard deviation) instead of at once.
_RAMP: Final = 24
#: Times as long as usual between two frames: what comes then has nothing to do with what was before.
_GAP: Final = 20
#: No frame is changed by more (EV), whatever the numbers say.
MOST_GAIN_EV: Final = 1.5


def gains(
    times_us: Sequence[int | None],
    luma_ev: Sequence[float | None],
    exposure_ev: Sequence[float | None],
) -> list[float]:
    """Return the gain of each frame, EV, for frames in playing order.

    Args:
        times_us: when each was captured, microseconds since 1970; the movie is not smoothed across gaps.
        luma_ev: the brightness of each picture, EV; a frame for which it isn't known keeps its own.
        exposure_ev: how much light each exposure takes, EV on any scale; used only if known for all frames.
    """
    known = [number for number, luma in enumerate(luma_ev) if luma is not None]
    luma = np.array([luma_ev[number] for number in known], np.float64)
    exposures = [exposure_ev[number] for number in known]
    exposed = None if None in exposures else np.array(exposures, np.float64)
    found = [0.0] * len(luma_ev)
    for start, end in _runs([times_us[number] for number in known]):
        part = slice(start, end)
        target = _target(luma[part], None if exposed is None else exposed[part])
        changed = np.clip(target - luma[part], -MOST_GAIN_EV, MOST_GAIN_EV)
        for number, gain in zip(known[part], changed, strict=True):
            found[number] = float(gain)
    return found


def _target(luma: NDArray[np.float64], exposed: NDArray[np.float64] | None) -> NDArray[np.float64]:
    if exposed is None:
        return _smooth(luma)
    return _smooth(luma - exposed) + _ramps(exposed)


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put a line through the neighbors of each value that are of its light; return its value there."""
    middle = np.nanmedian(_windows(values, _MEDIAN // 2), axis=1)
    neighbors = _windows(middle, _REACH)
    there = np.isfinite(neighbors)
    neighbors = np.where(there, neighbors, 0.0)
    distance = np.arange(-_REACH, _REACH + 1)
    apart = np.minimum(np.abs(neighbors - middle[:, None]), 3.0) / _OTHER_LIGHT
    weight = there * (np.exp(-(distance**2) / (2 * _WIDTH**2)) * np.exp(-(apart**4)) + _LEAST_WEIGHT)
    total = weight.sum(axis=1)
    at = (weight * distance).sum(axis=1) / total
    mean = (weight * neighbors).sum(axis=1) / total
    off = distance - at[:, None]
    spread = (weight * off**2).sum(axis=1)
    slope = (weight * off * (neighbors - mean[:, None])).sum(axis=1) / np.where(spread > 0, spread, 1.0)
    smoothed: NDArray[np.float64] = mean - slope * at
    return smoothed


def _ramps(exposed: NDArray[np.float64]) -> NDArray[np.float64]:
    reach = 3 * _RAMP
    weight = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * _RAMP**2))
    neighbors = _windows(exposed, reach)
    there = np.isfinite(neighbors)
    ramps: NDArray[np.float64] = np.where(there, neighbors, 0.0) @ weight / (there @ weight)
    return ramps


def _windows(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return each value with its neighbors on both sides; NaN beyond the ends."""
    padded = np.pad(values, reach, constant_values=np.nan)
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)


def _runs(times: Sequence[int | None]) -> list[tuple[int, int]]:
    """Return where runs of frames without a gap begin and end."""
    steps = [
        later - earlier
        for earlier, later in pairwise(times)
        if earlier is not None and later is not None and later > earlier
    ]
    usual = float(np.median(steps)) if steps else 0.0
    borders = [
        number
        for number, (earlier, later) in enumerate(pairwise(times), 1)
        if usual and earlier is not None and later is not None and later - earlier > _GAP * usual
    ]
    return [(start, end) for start, end in pairwise([0, *borders, len(times)]) if start < end]
