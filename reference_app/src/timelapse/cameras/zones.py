"""Names of time zones, as reported by cameras and set by people."""

from __future__ import annotations

from zoneinfo import ZoneInfo


def is_zone(name: str) -> bool:
    """Return whether a time zone of this name exists; any text is accepted."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True
