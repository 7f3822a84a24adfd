"""When somebody wants nothing to be sent. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def due_at(now: datetime, *, begin: int | None, end: int | None, zone: ZoneInfo) -> datetime:
    """Return when a message of now is to be sent: now, or when the quiet hours have ended.

    Args:
        now: the present time.
        begin: the hour at which they begin, by the clock of the zone; None: there are none.
        end: the hour at which they end; before the begin means on the next day.
        zone: the person's time zone.
    """
    if begin is None or end is None or begin == end:
        return now
    local = now.astimezone(zone)
    if (local.hour - begin) % 24 >= (end - begin) % 24:
        return now
    days = 0 if local.hour < end else 1
    # By the clock, also in nights in which it changes.
    ends = datetime.combine(local.date() + timedelta(days=days), time(end), zone)
    return max(now, ends.astimezone(UTC))
