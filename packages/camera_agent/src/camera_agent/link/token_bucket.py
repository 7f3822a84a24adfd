"""A limit on bytes per second: a token bucket, pure but for the clock that is passed in."""

from __future__ import annotations

import threading

#: A bucket holds what flows in so many seconds: short enough that a link shared with others stays usable.
BURST_S = 1.0


class TokenBucket:
    """Bytes may be spent as they flow in, `rate` a second; safe to share between threads."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._level, self._at = rate * BURST_S, 0.0

    def spend(self, count: int, now: float) -> float:
        """Spend `count` bytes at `now` (monotonic seconds); gives the seconds to wait before the next."""
        with self._lock:
            if self._at:
                self._level = min(self.rate * BURST_S, self._level + (now - self._at) * self.rate)
            self._at = now
            self._level -= count
            return max(0.0, -self._level / self.rate)
