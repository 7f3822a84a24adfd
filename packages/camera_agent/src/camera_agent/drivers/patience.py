"""How long a capture may take, learnt from those before: a quick camera that hangs is missed soon."""

from __future__ import annotations

#: A capture that takes so many times longer than any before hangs.
FACTOR = 3.0
#: Seconds on top of one interval; with a second for the restart a hang is over within one interval and 5 s.
GRACE_S = 4.0
#: A slow capture is forgotten by this factor with each that follows.
FORGETS = 0.98
#: Cameras take their time again after an exposure: noise reduction takes a second, dark picture.
EXPOSURES = 3.0


class Patience:
    """Deadlines in seconds. Until a first capture has come, and after a loss, it is `limit_s`."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._slowest: float | None = None

    def deadline_s(self, interval_s: float, shutter_s: float = 0.0) -> float:
        """Seconds to wait for the next capture, which exposes for `shutter_s`."""
        learnt = self.limit_s
        if self._slowest is not None:
            learnt = min(self.limit_s, max(FACTOR * self._slowest, interval_s + GRACE_S))
        return learnt + EXPOSURES * shutter_s

    def took(self, seconds: float, shutter_s: float = 0.0) -> None:
        """A capture came after so many seconds."""
        self._slowest = max(seconds - shutter_s, (self._slowest or 0.0) * FORGETS)

    def lost(self) -> None:
        """It never came: the next one may be as slow as any."""
        self._slowest = None
