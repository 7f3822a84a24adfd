"""Composes keograms of columns, and lines of days. Pure: arrays in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from timelapse.rendering.keogram.axis import COLUMNS, of_wall_clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

    from timelapse.rendering.keogram.axis import Axis

    #: Rows, columns, and red, green, blue (and alpha).
    Pixels = NDArray[np.uint8]

#: Pixels of a column.
HEIGHT: Final = 96
_OPAQUE: Final = 255
#: The line of a day without a frame.
NO_LINE: Final = np.zeros((COLUMNS, 4), np.uint8)


def composed(columns: Pixels, places: Sequence[int | None]) -> Pixels:
    """Return the keogram: for each place one of the columns, given side by side; where none is, nothing."""
    found = np.zeros((HEIGHT, len(places), 4), np.uint8)
    shown = [(at, column) for at, column in enumerate(places) if column is not None]
    if shown:
        at, column = np.array(shown).T
        found[:, at, :3] = columns[:, column]
        found[:, at, 3] = _OPAQUE
    return found


def line_of_day(keogram: Pixels, axis: Axis, zone: ZoneInfo) -> Pixels:
    """Return the day as a line by the wall clock, from 0:00 to 24:00: the mean colour of each column."""
    found = np.zeros((COLUMNS, 4), np.uint8)
    means = keogram[:, :, :3].mean(axis=0).round().astype(np.uint8)
    for slot, column in enumerate(of_wall_clock(axis, zone)):
        if column is not None:
            found[slot, :3], found[slot, 3] = means[column], keogram[0, column, 3]
    return found


def strip_of(lines: Sequence[Pixels | None]) -> Pixels:
    """Return lines of days, one below the other; of a day without a line, nothing."""
    return np.stack([NO_LINE if line is None else line for line in lines])
