"""When the card will be full at the present rate. Pure; times in seconds, room in bytes."""

from __future__ import annotations

from collections import deque

#: The rate is that of the last hour, known after five minutes.
WINDOW_S, SOONEST_S = 3600.0, 300.0
#: A sample a minute is enough.
EVERY_S = 60.0
#: Further away than this is no warning.
WARN_S = 86_400.0


class Forecast:
    """Takes samples of the room that is left, and reckons when there is none."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now: float, room: int) -> None:
        """So much room is left now."""
        if self._samples and now - self._samples[-1][0] < EVERY_S:
            return
        self._samples.append((now, room))
        while now - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()

    def full_in_s(self, now: float, room: int) -> float | None:
        """Seconds until no room is left; None when that is not in sight."""
        if room <= 0:
            return 0.0
        if not self._samples or now - self._samples[0][0] < SOONEST_S:
            return None
        began, before = self._samples[0]
        rate = (before - room) / (now - began)
        return room / rate if rate > 0 else None


def warning(full_in_s: float | None) -> str:
    """A sentence for people; empty when all is well."""
    if full_in_s is None or full_in_s > WARN_S:
        return ""
    if full_in_s <= 0:
        return "The card is full: what goes first is dropped for each new capture."
    hours = full_in_s / 3600
    about = f"{hours:.0f} h" if hours >= 2 else f"{max(1, round(full_in_s / 60))} min"
    return f"The card is full in about {about} at the present rate."
