"""Limits how often something is sent, by time: the first at once, then at most one for each interval."""

from __future__ import annotations


class Throttle:
    """Allows one call at once, then one for each `interval_s` of the clock that is passed in."""

    __slots__ = ("_next", "interval_s")

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._next = float("-inf")

    def allow(self, now: float) -> bool:
        """Return whether something may be sent at `now`; if so, it counts as sent."""
        if now < self._next:
            return False
        self._next = now + self.interval_s
        return True
