"""Estimates the rate and the time left: steady under bursts, quick to follow a change of pace.

The mean rate of the whole run is the steadiest estimate while the pace holds, and wrong for a long time after
it has changed. So the mean is taken over a window that is cut where its newer part differs from the older one
by more than chance explains. That is the idea of ADWIN (Bifet and Gavaldà, "Learning from time-changing data
with adaptive windowing", SIAM Data Mining 2007), here with Wilcoxon's rank-sum test on equal intervals of
time, which a few very slow items can't mislead. A pause is not a pace: it counts in the mean, but never cuts
the window.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from math import sqrt

#: Intervals kept; when full, neighbours are merged, and intervals are twice as long from then on.
_LIMIT = 64
_FIRST_INTERVAL_S = 0.5
#: A change of pace needs this many intervals on each side, and a difference of this many standard errors.
_MIN_INTERVALS = 5
_MIN_ERRORS = 4.0
#: The range spans this many standard errors of the rate, and at least this share of it.
_SPREAD = 1.6
_MIN_SPREAD = 0.1


class Estimate:
    """Estimates from samples of a count, by any monotonic clock in seconds."""

    def __init__(self, done: float, now: float) -> None:
        self._interval_s = _FIRST_INTERVAL_S
        self._moved: list[float] = []
        self._interval_start = self._last = (now, done)
        self._first = self._interval_start

    def add(self, done: float, now: float) -> None:
        """Add a sample. Samples within one interval count as one."""
        self._last = (now, done)
        while now - self._interval_start[0] >= self._interval_s:
            self._close(done, now)

    def _close(self, done: float, now: float) -> None:
        """End the interval. Movement over several intervals (reports were late) is spread over them."""
        begun, before = self._interval_start
        share = (done - before) * self._interval_s / (now - begun)
        self._moved.append(share)
        self._interval_start = (begun + self._interval_s, before + share)
        self._cut()
        if len(self._moved) >= _LIMIT:
            self._moved = [a + b for a, b in zip(self._moved[::2], self._moved[1::2], strict=True)]
            self._interval_s *= 2

    def _cut(self) -> None:
        """Drop everything before the newest change of pace, if there was one."""
        at = change_of_pace(self._moved)
        if at:
            del self._moved[:at]

    def rate(self) -> float | None:
        """Return units per second since the pace last changed; None until something moved."""
        if not self._moved:
            seconds, moved = self._last[0] - self._first[0], self._last[1] - self._first[1]
        else:
            seconds = len(self._moved) * self._interval_s + self._last[0] - self._interval_start[0]
            moved = sum(self._moved) + self._last[1] - self._interval_start[1]
        return moved / seconds if seconds > 0 and moved > 0 else None

    def seconds_left(self, total: float | None) -> tuple[float, float] | None:
        """Return the likely range of seconds left; None while the rate or the total is unknown."""
        rate = self.rate()
        if total is None or rate is None:
            return None
        left, spread = max(0.0, total - self._last[1]), self._spread()
        return left / (rate * (1 + spread)), left / (rate * max(0.2, 1 - spread))

    def _spread(self) -> float:
        """Return the relative uncertainty of the rate."""
        n = len(self._moved)
        mean = sum(self._moved) / n if n else 0
        if n < _MIN_INTERVALS or mean <= 0:
            return 0.5
        variance = sum((moved - mean) ** 2 for moved in self._moved) / (n - 1)
        return max(_MIN_SPREAD, _SPREAD * sqrt(variance / n) / mean)


def change_of_pace(moved: list[float]) -> int:
    """Return where in `moved` the pace changed most clearly, as an index; 0 if nowhere.

    `moved` holds the units of each interval, oldest first.
    """
    n = len(moved)
    ranks, ties = _ranks(moved)
    below = [0.0, *accumulate(ranks)]
    best, at = _MIN_ERRORS, 0
    for cut in range(_MIN_INTERVALS, n - _MIN_INTERVALS + 1):
        older, newer = cut, n - cut
        error = sqrt(older * newer / 12 * (n + 1 - ties / (n * (n - 1))))
        errors = abs(below[cut] - older * (n + 1) / 2) / error if error else 0.0
        if errors > best and _one_pace(moved[:cut], moved[cut:]):
            best, at = errors, cut
    return at


def _ranks(values: list[float]) -> tuple[list[float], float]:
    """Return the rank of each value from 1, and the rank test's correction term for ties.

    Equal values share their mean rank.
    """
    counts = Counter(values)
    rank, passed, ties = {}, 0, 0.0
    for value in sorted(counts):
        count = counts[value]
        rank[value] = passed + (count + 1) / 2
        passed += count
        ties += count**3 - count
    return [rank[value] for value in values], ties


def _one_pace(older: list[float], newer: list[float]) -> bool:
    """Whether `newer` is a steady pace of its own.

    It has to be about as steady as `older`, with both halves different in the same direction.
    """
    if 2 * _moving(newer) < _moving(older):
        return False
    half, before = len(newer) // 2, sum(older) / len(older)
    first, second = sum(newer[:half]) / half, sum(newer[half:]) / (len(newer) - half)
    return 0 < max(first, second) <= 2 * min(first, second) and (first < before) == (second < before)


def _moving(moved: list[float]) -> float:
    """Return the share of intervals in which anything moved."""
    return sum(each > 0 for each in moved) / len(moved)
