"""Puts the history of a queue or a task name into rows and one comparison. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Final

from queue_insight.page.clock import UNKNOWN, duration
from queue_insight.render import table

if TYPE_CHECKING:
    from queue_insight.history import History, Total

#: A span counts as observed if a collector listened for this share of it.
OBSERVED: Final = 0.95
_NAMES: Final = (
    ("hour", "last hour"),
    ("day", "last 24 hours"),
    ("day_before", "the 24 hours before"),
    ("week_before", "the same 24 hours a week before"),
    ("month", "last 31 days"),
)
HEADS: Final = ("SPAN", "IN", "SUCCEEDED", "FAILED", "OTHER", "RUN P50", "P95", "WAIT P50", "P95", "OBSERVED")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRow:
    """One span of time as a row; "?" stands for "not known"."""

    span: str
    sent: str
    succeeded: str
    failed: str
    other: str
    run_p50: str
    run_p95: str
    wait_p50: str
    wait_p95: str
    #: How much of the span a collector listened.
    observed: str

    def cells(self) -> tuple[str, ...]:
        """Return the row's texts in the order of `HEADS`."""
        return tuple(getattr(self, name) for name in self.__slots__)


def past_rows(history: History) -> tuple[PastRow, ...]:
    """Return one row for each span in which a collector listened."""
    totals = ((name, getattr(history, field)) for field, name in _NAMES)
    return tuple(_row(name, total) for name, total in totals if total is not None)


def comparison(history: History) -> str:
    """Return how many tasks ended, compared with the day and the week before; empty without a day."""
    if history.day is None:
        return ""
    compared = [
        _compared(history.day, other, words)
        for other, words in (
            (history.day_before, "the day before"),
            (history.week_before, "the same day a week before"),
        )
    ]
    listened = "" if _is_observed(history.day) else " while a collector listened"
    return f"In the last 24 hours {history.day.finished} ended{listened}: {'; '.join(compared)}."


def as_text(history: History) -> str:
    """Return the history as a table, with the comparison."""
    rows = table(HEADS, (row.cells() for row in past_rows(history)))
    if not rows:
        return "Nothing is known: no collector has recorded it."
    return "\n".join([rows, *filter(None, ("", comparison(history)))])


def precise(seconds: float | None) -> str:
    """Return a duration with two digits: "320 ms", "2.3 s", "4 min 10 s"; "?" for None."""
    if seconds is None:
        return UNKNOWN
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def _row(name: str, total: Total) -> PastRow:
    failed = total.outcomes.get("failed", 0)
    return PastRow(
        span=name,
        sent=UNKNOWN if total.sent is None else str(total.sent),
        succeeded=str(total.succeeded),
        failed=str(failed),
        other=str(total.finished - total.succeeded - failed),
        run_p50=precise(total.run_s(0.5)),
        run_p95=precise(total.run_s(0.95)),
        wait_p50=precise(total.wait_s(0.5)),
        wait_p95=precise(total.wait_s(0.95)),
        observed=_observed(total),
    )


def _is_observed(total: Total) -> bool:
    return total.observed_s >= OBSERVED * total.span_s


def _observed(total: Total) -> str:
    missing_s = total.span_s - total.observed_s
    if missing_s < 1:
        return "all"
    if missing_s < 0.01 * total.span_s:
        return f"all but {duration(missing_s)}"
    # Rounded down, as all of it is another answer.
    percent = floor(100 * total.observed_s / total.span_s)
    return f"{percent}%" if percent else "under 1%"


def _compared(day: Total, before: Total | None, words: str) -> str:
    if before is None:
        return f"{words} is not known"
    if not (_is_observed(day) and _is_observed(before)):
        return f"{words} {before.finished}, but not all of both was observed"
    if not before.finished:
        return f"{words} none"
    change = day.finished / before.finished - 1
    if abs(change) < 0.005:
        return f"as many as {words}"
    return f"{abs(change):.0%} {'more' if change > 0 else 'fewer'} than {words}"
