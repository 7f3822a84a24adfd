"""Names of time zones, as cameras tell them and people wish them."""

from __future__ import annotations

from zoneinfo import ZoneInfo


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name, whatever somebody sent."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True
