"""Forecast of when the card will be full at the spool's own rate. Times are in seconds, sizes in bytes.

What others write to the card (an update, a log) is no rate of the camera's, and is left out of the forecast.
"""

from __future__ import annotations

from collections import deque

#: The rate is that of the last hour; it is known after five minutes.
WINDOW_S, MIN_OBSERVED_S = 3600.0, 300.0
#: Seconds between two samples.
SAMPLE_S = 60.0
#: A card that lasts longer than this is no warning.
WARN_S = 86_400.0


class Forecast:
    """Estimates from samples of what the spool uses when there is no space left."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now: float, used_bytes: int) -> None:
        """Add a sample of the bytes that the spool uses."""
        if self._samples and now - self._samples[-1][0] < SAMPLE_S:
            return
        self._samples.append((now, used_bytes))
        while now - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()

    def full_in_s(self, now: float, *, used_bytes: int, free_bytes: int) -> float | None:
        """Return the seconds until the free bytes are used; None when that can't be foreseen."""
        if free_bytes <= 0:
            return 0.0
        if not self._samples or now - self._samples[0][0] < MIN_OBSERVED_S:
            return None
        began, before = self._samples[0]
        rate = (used_bytes - before) / (now - began)
        return free_bytes / rate if rate > 0 else None


def warning(full_in_s: float | None) -> str:
    """Return a warning for people; empty when there is none."""
    if full_in_s is None or full_in_s > WARN_S:
        return ""
    if full_in_s <= 0:
        return "The card is full: what goes first is dropped for each new capture."
    hours = full_in_s / 3600
    about = f"{hours:.0f} h" if hours >= 2 else f"{max(1, round(full_in_s / 60))} min"
    return f"The card is full in about {about} at the present rate."
