"""How long a capture may take, learnt from those before: a camera that hangs is missed soon."""

from __future__ import annotations

#: A capture that takes so many times longer than any before hangs.
FACTOR = 3.0
#: Seconds on top of one interval; with a second for the restart a first hang is over within one and 5 s.
GRACE_S = 4.0
#: A slow capture is forgotten by this factor with each that follows.
FORGETS = 0.98
#: Cameras take their time again after an exposure: noise reduction takes a second, dark picture.
EXPOSURES = 3.0


class Patience:
    """Deadlines in seconds, never more than `limit_s` besides what an exposure takes.

    A camera that did not answer may be slow only, so each time in a row it is given longer.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._slowest, self._longer = 0.0, 1.0

    def deadline_s(self, interval_s: float, shutter_s: float = 0.0) -> float:
        """Seconds to wait for the next capture, which exposes for `shutter_s`."""
        usual = max(FACTOR * self._slowest, interval_s + GRACE_S)
        return min(self.limit_s, usual * self._longer) + EXPOSURES * shutter_s

    def took(self, seconds: float, shutter_s: float = 0.0) -> None:
        """A capture came after so many seconds."""
        self._slowest, self._longer = max(seconds - shutter_s, self._slowest * FORGETS), 1.0

    def lost(self) -> None:
        """It never came."""
        self._longer = min(self._longer * FACTOR, self.limit_s)  # more would reach no further
