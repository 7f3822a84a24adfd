"""How fast, and how long still: a rate and a range that hold steady under bursts and follow a change of pace.

The whole run's mean is the steadiest answer while the pace holds, and wrong for long after it changed. So the
mean is taken over a window that is cut where its newer part differs from the older one by more than chance
would have it: the idea of ADWIN (Bifet and Gavaldà, "Learning from time-changing data with adaptive
windowing", SIAM Data Mining 2007), here with Wilcoxon's rank-sum test on equal stretches of time, which a few
very slow items can't deceive. A pause is no pace: it counts in the mean, but never cuts the window.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from math import sqrt

#: Stretches kept at most; when full, neighbours are merged and stretches are twice as long from then on.
_LIMIT = 64
_FIRST_STRETCH_S = 0.5
#: A change of pace needs so many stretches on each side, and a difference of so many standard errors.
_EVIDENCE = 5
_ERRORS = 4.0
#: The range spans so many standard errors of the rate, and at least this share of it.
_SPREAD = 1.6
_LEAST_SPREAD = 0.1


class Estimate:
    """Fed with samples of how much is done, by any clock that only grows, in seconds."""

    def __init__(self, done: float, now: float) -> None:
        self._stretch_s = _FIRST_STRETCH_S
        self._moved: list[float] = []
        self._begun = self._last = (now, done)
        self._first = self._begun

    def add(self, done: float, now: float) -> None:
        """A sample; many within one stretch count as one."""
        self._last = (now, done)
        while now - self._begun[0] >= self._stretch_s:
            self._close(done, now)

    def _close(self, done: float, now: float) -> None:
        """End the stretch. What moved over several stretches (a silent pulse) is spread over them."""
        begun, before = self._begun
        share = (done - before) * self._stretch_s / (now - begun)
        self._moved.append(share)
        self._begun = (begun + self._stretch_s, before + share)
        self._cut()
        if len(self._moved) >= _LIMIT:
            self._moved = [a + b for a, b in zip(self._moved[::2], self._moved[1::2], strict=True)]
            self._stretch_s *= 2

    def _cut(self) -> None:
        """Forget what was before the newest change of pace, if there was one."""
        at = change_of_pace(self._moved)
        if at:
            del self._moved[:at]

    def rate(self) -> float | None:
        """Units per second since the pace last changed; None until something moved."""
        if not self._moved:
            seconds, moved = self._last[0] - self._first[0], self._last[1] - self._first[1]
        else:
            seconds = len(self._moved) * self._stretch_s + self._last[0] - self._begun[0]
            moved = sum(self._moved) + self._last[1] - self._begun[1]
        return moved / seconds if seconds > 0 and moved > 0 else None

    def seconds_left(self, total: float | None) -> tuple[float, float] | None:
        """The likely range of seconds left; None while there is no rate or no total."""
        rate = self.rate()
        if total is None or rate is None:
            return None
        left, spread = max(0.0, total - self._last[1]), self._spread()
        return left / (rate * (1 + spread)), left / (rate * max(0.2, 1 - spread))

    def _spread(self) -> float:
        """How far off the rate may be, as a share of it."""
        n = len(self._moved)
        mean = sum(self._moved) / n if n else 0
        if n < _EVIDENCE or mean <= 0:
            return 0.5
        variance = sum((moved - mean) ** 2 for moved in self._moved) / (n - 1)
        return max(_LEAST_SPREAD, _SPREAD * sqrt(variance / n) / mean)


def change_of_pace(moved: list[float]) -> int:
    """Where in `moved` (units in each stretch, oldest first) the pace changed most clearly; 0: nowhere."""
    n = len(moved)
    ranks, ties = _ranks(moved)
    below = [0.0, *accumulate(ranks)]
    best, at = _ERRORS, 0
    for cut in range(_EVIDENCE, n - _EVIDENCE + 1):
        older, newer = cut, n - cut
        error = sqrt(older * newer / 12 * (n + 1 - ties / (n * (n - 1))))
        errors = abs(below[cut] - older * (n + 1) / 2) / error if error else 0.0
        if errors > best and _one_pace(moved[:cut], moved[cut:]):
            best, at = errors, cut
    return at


def _ranks(values: list[float]) -> tuple[list[float], float]:
    """The rank of each value from 1 (equal ones share the mean of theirs), and the test's term for ties."""
    counts = Counter(values)
    rank, passed, ties = {}, 0, 0.0
    for value in sorted(counts):
        count = counts[value]
        rank[value] = passed + (count + 1) / 2
        passed += count
        ties += count**3 - count
    return [rank[value] for value in values], ties


def _one_pace(older: list[float], newer: list[float]) -> bool:
    """Whether `newer` is a pace: about as steady as `older`, and in both halves different the same way."""
    if 2 * _moving(newer) < _moving(older):
        return False
    half, before = len(newer) // 2, sum(older) / len(older)
    first, second = sum(newer[:half]) / half, sum(newer[half:]) / (len(newer) - half)
    return 0 < max(first, second) <= 2 * min(first, second) and (first < before) == (second < before)


def _moving(moved: list[float]) -> float:
    """The share of stretches in which anything moved."""
    return sum(each > 0 for each in moved) / len(moved)
