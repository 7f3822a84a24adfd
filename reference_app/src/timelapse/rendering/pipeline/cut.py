"""Where a movie is cut into segments. Pure.

Segments are cut by capture time at fixed moments, so that a frame that arrives late changes one segment, and
frames that are appended change the last one alone.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: A stretch of time with more frames than this is halved.
MAX_STRETCH: Final = 120
#: Stretches are joined until they have this many frames.
MIN_SEGMENT: Final = 60
#: No segment has more frames.
LONGEST_SEGMENT: Final = MIN_SEGMENT - 1 + MAX_STRETCH
#: Frames of the first segment, which somebody waits to watch; what remains of it must be about as long.
FIRST_SEGMENT: Final = 30
_LEAST_REST: Final = 24
#: All times from 1970 to the year 292277 in microseconds: the stretch that halving begins with.
_ALL_TIME: Final = 1 << 63


def cut(times_us: Sequence[int | None]) -> list[int]:
    """Return the number of frames of each segment, for frames in playing order.

    Args:
        times_us: when each frame was captured, microseconds since 1970. Unless all are known and none is
            before its predecessor, the segments are cut by number.
    """
    known = [time for time in times_us if time is not None and 0 <= time < _ALL_TIME]
    ordered = len(known) == len(times_us) and all(a <= b for a, b in pairwise(known))
    stretches = list(_stretches(known, 0, len(known), 0, _ALL_TIME)) if ordered else evenly(len(times_us))
    segments = list(_joined(stretches))
    if segments and segments[0] >= FIRST_SEGMENT + _LEAST_REST:
        segments[:1] = [FIRST_SEGMENT, segments[0] - FIRST_SEGMENT]
    return segments


def _stretches(times: Sequence[int], low: int, high: int, start: int, width: int) -> Iterator[int]:
    """Halve the time from ``start`` until no stretch has too many of the frames from low to high."""
    if low == high:
        return
    if high - low <= MAX_STRETCH:
        yield high - low
        return
    if width == 1:  # all at the same moment
        yield from evenly(high - low)
        return
    half = width // 2
    middle = bisect_left(times, start + half, low, high)
    yield from _stretches(times, low, middle, start, half)
    yield from _stretches(times, middle, high, start + half, half)


def evenly(count: int) -> list[int]:
    """Return the lengths of segments that are cut by number alone."""
    whole, rest = divmod(count, MAX_STRETCH)
    return [MAX_STRETCH] * whole + [rest] * bool(rest)


def _joined(stretches: Sequence[int]) -> Iterator[int]:
    """Join short stretches to the next one; the last segment may stay short."""
    segment = 0
    for frames in stretches:
        segment += frames
        if segment >= MIN_SEGMENT:
            yield segment
            segment = 0
    if segment:
        yield segment
