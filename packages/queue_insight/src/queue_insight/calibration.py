"""Learns from past estimates of a queue how wide its range has to be. Pure.

A score says by how much the range of one estimate, as the simulation calibrated it, would have had to be
widened to hold what came true: 1 is its edge. The factor is what four fifths of the scores stay below, so the
next range holds the truth as often, if the queue goes on as it did (split conformal prediction).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from queue_insight.drain import Drain

#: How often the range is to hold the truth.
COVERAGE: Final = 0.8
#: With fewer scores the factor is not known; of more the oldest go.
MIN_SCORES: Final = 20
MAX_SCORES: Final = 100
#: The factor stays between these.
FACTORS: Final = (0.5, 4.0)
#: The largest score: whatever took longer was missed all the same.
MAX_SCORE: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """An estimate of one queue, as readers of this moment get it, but without what was learnt."""

    queue: str
    at: float
    #: Tasks in the broker.
    depth: int
    drain: Drain


def score(drain: Drain, actual_s: float) -> float | None:
    """Return by how much the range would have had to be widened; None for a range that is open or empty."""
    if drain.low_s is None or drain.median_s is None or drain.high_s is None:
        return None
    off = actual_s - drain.median_s
    half = drain.high_s - drain.median_s if off > 0 else drain.median_s - drain.low_s
    if half <= 0:
        return MAX_SCORE if off else 0.0
    return min(abs(off) / half, MAX_SCORE)


def factor_of(scores: Sequence[float]) -> float | None:
    """Return by how much to widen the range; None while too few estimates were compared."""
    if len(scores) < MIN_SCORES:
        return None
    # One more than there are, as the next one is not among them.
    place = min(len(scores), ceil((len(scores) + 1) * COVERAGE)) - 1
    low, high = FACTORS
    return min(max(sorted(scores)[place], low), high)


def calibrated(drain: Drain, scores: Sequence[float]) -> Drain:
    """Return the estimate with the range that past estimates teach; as it is while that is not known."""
    factor = factor_of(scores)
    if factor is None or drain.low_s is None or drain.median_s is None:
        return replace(drain, compared=len(scores))
    high_s = (
        None if drain.high_s is None else drain.median_s + factor * max(drain.high_s - drain.median_s, 0.0)
    )
    low_s = max(0.0, drain.median_s - factor * max(drain.median_s - drain.low_s, 0.0))
    return replace(drain, low_s=low_s, high_s=high_s, factor=factor, compared=len(scores))
