"""Formats times and durations for people, in one time zone. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import tzinfo

#: What stands where a figure is not known.
UNKNOWN: Final = "?"
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\+00:00|Z)")
_UNITS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time of a page, and the reader's time zone."""

    now: datetime
    zone: tzinfo

    def minute(self, at: datetime) -> str:
        """Return "12:04", with the date unless it is today: "22 Nov 12:04"."""
        return self._with_date(at, "%H:%M")

    def second(self, at: datetime | None) -> str:
        """Return "12:04:03", with the date unless it is today; "?" for None."""
        return UNKNOWN if at is None else self._with_date(at, "%H:%M:%S")

    def since(self, at: datetime | None) -> str:
        """Return how long ago it was, in words; "?" for None."""
        return duration(None if at is None else max(0.0, (self.now - at).total_seconds()))

    def localised(self, text: str) -> str:
        """Return the text with its ISO 8601 times in UTC as `second` formats them."""
        return _INSTANT.sub(lambda found: self.second(datetime.fromisoformat(found.group())), text)

    def _with_date(self, at: datetime, form: str) -> str:
        local = at.astimezone(self.zone)
        time = local.strftime(form)
        is_today = local.date() == self.now.astimezone(self.zone).date()
        return time if is_today else f"{local.day} {local:%b} {time}"


def duration(seconds: float | None) -> str:
    """Return a duration in its two largest units: "12 s", "4 min 10 s", "3 h 5 min"; "?" for None."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    for size, unit, smaller_size, smaller_unit in _UNITS:
        if whole >= size:
            larger, rest = divmod(whole, size)
            smaller = rest // smaller_size
            return f"{larger} {unit} {smaller} {smaller_unit}" if smaller else f"{larger} {unit}"
    return f"{whole} s"
