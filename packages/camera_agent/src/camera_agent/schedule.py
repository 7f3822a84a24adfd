"""When the next capture is due: a grid on the monotonic clock, without drift and without catching up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Slots every `interval_s` seconds from `origin` (seconds on a monotonic clock)."""

    origin: float
    interval_s: float

    def next_slot(self, now: float) -> float:
        """The first slot at or after `now`: slots slept through are left out, never made up for."""
        if now <= self.origin:
            return self.origin
        return self.origin + -(-(now - self.origin) // self.interval_s) * self.interval_s

    def missed(self, last_slot: float, slot: float) -> int:
        """How many slots lie between two that were served."""
        return max(0, round((slot - last_slot) / self.interval_s) - 1)
