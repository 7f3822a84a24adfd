"""Estimates how far a worker's clock is from the collector's. Pure.

An event arrives later than it was sent, never earlier, so the smallest difference between the two clocks that
was seen in a while is the best estimate; it contains the shortest delivery time, usually a few milliseconds.
"""

from __future__ import annotations

from typing import Final

#: Seconds after which an observation no longer counts, so that a corrected clock is noticed.
WINDOW_S: Final = 60.0


class WorkerClock:
    """The offset of one worker's clock, from its events."""

    __slots__ = ("_before", "_begun_at", "_smallest", "offset_s")

    def __init__(self) -> None:
        self._begun_at = 0.0
        self._smallest: float | None = None
        self._before: float | None = None
        #: Seconds by which the collector's clock is ahead; 0 before the first event.
        self.offset_s = 0.0

    def observe(self, sent_at: float, now: float) -> float:
        """Take in the times of one event; return when it was sent, by the collector's clock."""
        if now >= self._begun_at + WINDOW_S / 2:
            self._before, self._smallest, self._begun_at = self._smallest, None, now
        offset = now - sent_at
        if self._smallest is None or offset < self._smallest:
            self._smallest = offset
            self.offset_s = offset if self._before is None else min(offset, self._before)
        return min(now, max(0.0, sent_at + self.offset_s))
