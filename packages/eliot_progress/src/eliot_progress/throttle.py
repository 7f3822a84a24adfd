"""May this be sent now? By time, never by count: the first at once, then at most one an interval."""

from __future__ import annotations


class Throttle:
    """Opens at once, then once every `interval_s` of the clock that is passed in."""

    __slots__ = ("_next", "interval_s")

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._next = float("-inf")

    def allow(self, now: float) -> bool:
        """True when something may be sent at `now`, which then counts as sent."""
        if now < self._next:
            return False
        self._next = now + self.interval_s
        return True
