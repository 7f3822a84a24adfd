"""A token bucket that limits bytes per second; the time is passed in."""

from __future__ import annotations

import threading

#: Seconds of inflow that a bucket holds: short, so that a link shared with others stays usable.
BURST_S = 1.0


class TokenBucket:
    """Bytes may be spent as they flow in, `rate` per second. Safe to share between threads."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._level, self._at = rate * BURST_S, 0.0

    def spend(self, count: int, now: float) -> float:
        """Spend bytes at `now` (monotonic seconds); return the seconds to wait before spending more."""
        with self._lock:
            if self._at:
                self._level = min(self.rate * BURST_S, self._level + (now - self._at) * self.rate)
            self._at = now
            self._level -= count
            return max(0.0, -self._level / self.rate)
