"""The chapters of a movie: where its days begin, or its weeks, months or years if there are many days."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

Span = Literal["day", "week", "month", "year"]

#: Chapters of a movie at most: more are no help to find a moment.
MOST: Final = 40

_SPANS: Final[dict[Span, Callable[[date], object]]] = {
    "day": lambda day: day,
    "week": lambda day: day.isocalendar()[:2],
    "month": lambda day: (day.year, day.month),
    "year": lambda day: day.year,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A day, a week, a month or a year: its first frame's second of the movie, and that frame's date."""

    begins_s: float
    date: date
    span: Span

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"begins_s": self.begins_s, "date": self.date.isoformat(), "span": self.span}


def chapters_of(captured: Sequence[datetime], fps: float) -> list[Chapter]:
    """Return the chapters of a movie of these frames, by the shortest span that gives at most `MOST`.

    A movie of one day has none.

    Args:
        captured: when its frames were captured, in playing order, by the clock of their place.
        fps: frames a second.
    """
    dates = [moment.date() for moment in captured]
    for span, of in _SPANS.items():
        found = []
        number = 0
        for _, group in groupby(dates, of):
            days = list(group)
            found.append(Chapter(begins_s=number / fps, date=days[0], span=span))
            number += len(days)
        if len(found) <= MOST:
            return found if len(found) > 1 else []
    return []
