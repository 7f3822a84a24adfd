"""A sketch of durations: how many fell into each bucket, of which each is 2 % wider than the one before.

So every quantile is within 1 % of the true one, two sketches add up to one of all their durations, and the
number of buckets is bounded. Pure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RELATIVE_ERROR: Final = 0.01
#: Seconds that are told apart; shorter and longer durations count as these.
SHORTEST_S: Final = 0.001
LONGEST_S: Final = 2_592_000.0
_GAMMA: Final = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_PER_LOG: Final = 1 / math.log(_GAMMA)

#: By the number of a bucket, how many durations fell into it.
Buckets = dict[int, int]


def bucket(seconds: float) -> int:
    """Return the number of the bucket of this duration."""
    return math.ceil(math.log(min(max(seconds, SHORTEST_S), LONGEST_S)) * _PER_LOG)


def merged(sketches: Iterable[Mapping[int, int]]) -> Buckets:
    """Return one sketch of all durations."""
    together: Buckets = {}
    for each in sketches:
        for number, count in each.items():
            together[number] = together.get(number, 0) + count
    return together


def quantile(sketch: Mapping[int, int], share: float) -> float | None:
    """Return the duration in seconds below which this share of them is; None without any."""
    rank = share * (sum(sketch.values()) - 1)
    below = 0
    for number in sorted(sketch):
        below += sketch[number]
        if below > rank:
            return 2 * _GAMMA**number / (_GAMMA + 1)
    return None
