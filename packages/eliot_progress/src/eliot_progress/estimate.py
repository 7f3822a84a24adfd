"""How fast, and how long still: a rate and a range, from samples of (time, done)."""

from __future__ import annotations

from collections import deque


class Estimate:
    """Keeps the last samples, and answers from the whole run and from its recent part.

    The range spans both answers, widened a little: where they agree it is narrow, after a change of pace
    it is honest about not knowing.
    """

    def __init__(self, done: float, now: float, *, samples: int = 60) -> None:
        self._first = (now, done)
        self._recent: deque[tuple[float, float]] = deque([(now, done)], maxlen=samples)

    def add(self, done: float, now: float) -> None:
        """A sample at `now`, in seconds of any clock that only grows."""
        if now - self._recent[-1][0] >= 0.1:
            self._recent.append((now, done))

    def rate(self) -> float | None:
        """Units per second lately; None until something moved."""
        return _slope(self._recent[0], self._recent[-1])

    def seconds_left(self, total: float | None) -> tuple[float, float] | None:
        """The likely range of seconds left; None while there is no rate or no total."""
        last = self._recent[-1]
        slopes = [slope for first in (self._first, self._recent[0]) if (slope := _slope(first, last))]
        if total is None or not slopes:
            return None
        left = max(0.0, total - last[1])
        return (0.9 * left / max(slopes), 1.2 * left / min(slopes))


def _slope(first: tuple[float, float], last: tuple[float, float]) -> float | None:
    seconds, moved = last[0] - first[0], last[1] - first[1]
    return moved / seconds if seconds > 0 and moved > 0 else None
