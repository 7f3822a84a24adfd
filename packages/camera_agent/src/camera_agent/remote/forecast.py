"""Forecast of when the card will be full at the present rate. Times are in seconds, sizes in bytes."""

from __future__ import annotations

from collections import deque

#: The rate is that of the last hour; it is known after five minutes.
WINDOW_S, MIN_OBSERVED_S = 3600.0, 300.0
#: Seconds between two samples.
SAMPLE_S = 60.0
#: A card that lasts longer than this is no warning.
WARN_S = 86_400.0


class Forecast:
    """Estimates from samples of the free space when there is none left."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now: float, free_bytes: int) -> None:
        """Add a sample of the free bytes."""
        if self._samples and now - self._samples[-1][0] < SAMPLE_S:
            return
        self._samples.append((now, free_bytes))
        while now - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()

    def full_in_s(self, now: float, free_bytes: int) -> float | None:
        """Return the seconds until the card is full; None when that can't be foreseen."""
        if free_bytes <= 0:
            return 0.0
        if not self._samples or now - self._samples[0][0] < MIN_OBSERVED_S:
            return None
        began, before = self._samples[0]
        rate = (before - free_bytes) / (now - began)
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
