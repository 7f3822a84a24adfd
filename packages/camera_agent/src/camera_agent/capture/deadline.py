"""How long a capture may take, learnt from previous captures, so that a camera that hangs is noticed soon."""

from __future__ import annotations

#: A capture that takes this many times longer than any before it hangs.
FACTOR = 3.0
#: Seconds on top of one interval; with a second for the restart a first hang is over within one and 5 s.
GRACE_S = 4.0
#: With each capture the slowest one so far counts less, by this factor.
DECAY = 0.98
#: A long exposure takes a multiple of itself: noise reduction takes a second, dark picture.
EXPOSURE_FACTOR = 3.0


class AdaptiveDeadline:
    """Deadlines in seconds, at most `limit_s` plus the time of the exposure.

    A camera that missed its deadline may only be slow, so each miss in a row extends the next deadline.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._slowest, self._extension = 0.0, 1.0

    def deadline_s(self, interval_s: float, shutter_s: float = 0.0) -> float:
        """Return the seconds to wait for the next capture, which exposes for `shutter_s` seconds."""
        usual = max(FACTOR * self._slowest, interval_s + GRACE_S)
        return min(self.limit_s, usual * self._extension) + EXPOSURE_FACTOR * shutter_s

    def succeeded(self, seconds: float, shutter_s: float = 0.0) -> None:
        """Learn from a capture that took `seconds`."""
        self._slowest, self._extension = max(seconds - shutter_s, self._slowest * DECAY), 1.0

    def timed_out(self) -> None:
        """Extend the next deadline after one that was missed."""
        self._extension = min(self._extension * FACTOR, self.limit_s)  # more would reach no further
