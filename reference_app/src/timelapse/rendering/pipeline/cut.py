"""Where a movie is cut into segments. Pure.

Segments are cut by capture time at fixed moments, so that a frame that arrives late changes one segment, and
frames that are appended change the last one alone.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A stretch of time with more frames than this is halved.
MAX_STRETCH: Final = 120
#: A stretch with fewer frames is joined to the one beside it.
MIN_SEGMENT: Final = 60
#: No segment has more frames.
LONGEST_SEGMENT: Final = MIN_SEGMENT - 1 + MAX_STRETCH
#: Frames of the first segment, which somebody waits to watch; what remains of it must be about as long.
FIRST_SEGMENT: Final = 30
_LEAST_REST: Final = 24
#: All times from 1970 to the year 292277 in microseconds: the stretch that halving begins with.
_ALL_TIME: Final = 1 << 63


def cut(times_us: Sequence[int | None], *, quick_start: bool = True) -> list[int]:
    """Return the number of frames of each segment, for frames in playing order.

    A stretch of the frames is cut where all of them are cut, but for a few segments at its ends.

    Args:
        times_us: when each frame was captured, microseconds since 1970. Unless all are known and none is
            before its predecessor, the segments are cut by number.
        quick_start: whether the first segment is a short one.
    """
    known = [time for time in times_us if time is not None and 0 <= time < _ALL_TIME]
    ordered = len(known) == len(times_us) and all(a <= b for a, b in pairwise(known))
    segments = _halved(known, 0, len(known), 0, _ALL_TIME) if ordered else evenly(len(times_us))
    if quick_start and segments:
        segments[:1] = quickly(segments[0])
    return segments


def quickly(frames: int) -> list[int]:
    """Return the lengths of the segments that begin a movie instead of one of so many frames."""
    if frames < FIRST_SEGMENT + _LEAST_REST:
        return [frames]
    return [FIRST_SEGMENT, frames - FIRST_SEGMENT]


def _halved(times: Sequence[int], low: int, high: int, start: int, width: int) -> list[int]:
    """Cut the frames from low to high, which are those of the time from ``start`` on, ``width`` long.

    Nothing but these frames decides, and whether they are the last ones.
    """
    if high - low <= MAX_STRETCH:
        return [high - low] * (high > low)
    if width == 1:  # all at the same moment
        return evenly(high - low)
    half = width // 2
    middle = bisect_left(times, start + half, low, high)
    early = _halved(times, low, middle, start, half)
    late = _halved(times, middle, high, start + half, half)
    if not early or not late:
        return early + late
    waits_for_more = high == len(times) and len(late) == 1
    if early[-1] >= MIN_SEGMENT and (late[0] >= MIN_SEGMENT or waits_for_more):
        return early + late
    return [*early[:-1], *_at_most_longest(early[-1] + late[0]), *late[1:]]


def _at_most_longest(frames: int) -> list[int]:
    return [frames] if frames <= LONGEST_SEGMENT else [frames // 2, frames - frames // 2]


def evenly(count: int) -> list[int]:
    """Return the lengths of segments that are cut by number alone."""
    whole, rest = divmod(count, MAX_STRETCH)
    return [MAX_STRETCH] * whole + [rest] * bool(rest)
