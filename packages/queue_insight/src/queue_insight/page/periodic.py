"""Puts the periodic tasks into rows. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from queue_insight.names import key, shown
from queue_insight.page.clock import UNKNOWN
from queue_insight.periodic_state import PeriodicState
from queue_insight.reasons import count
from queue_insight.render import JSON_VERSION, plain, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from queue_insight.page.clock import Clock
    from queue_insight.periodic import PeriodicTask, PeriodicTasks
    from queue_insight.periodic_state import Span

HEADS: Final = ("ENTRY", "TASK", "SCHEDULE", "STATE", "LAST SENT", "LAST RUN", "DUE", "OK 24 H", "FAILED")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicRow:
    """One periodic task as a row; "?" stands for "not known"."""

    entry: str
    task: str
    task_key: str
    schedule: str
    state: str
    #: Whether somebody has to look at it.
    is_in_trouble: bool
    why: str
    remedy: str
    last_sent: str
    last_run: str
    due: str
    succeeded: int
    failed: int


def periodic_row(found: PeriodicTask, clock: Clock) -> PeriodicRow:
    """Return the row of one periodic task."""
    return PeriodicRow(
        entry=shown(found.entry),
        task=shown(found.task),
        task_key=key(found.task),
        schedule=shown(found.schedule),
        state=found.state.value,
        is_in_trouble=found.state.is_in_trouble,
        why="" if found.reason is None else clock.localised(found.reason.message),
        remedy="" if found.reason is None else found.reason.remedy,
        last_sent=_span(found.last_sent, clock),
        last_run=_span(found.last_run, clock),
        due=clock.minute(found.due) if found.due else UNKNOWN,
        succeeded=found.succeeded,
        failed=found.failed,
    )


def reason_of_all(rows: Sequence[PeriodicRow]) -> str:
    """Return the reason that all rows share, which is said once; empty if they share none."""
    reasons = {f"{row.why} {row.remedy}".strip() for row in rows}
    return reasons.pop() if len(rows) > 1 and len(reasons) == 1 else ""


def headline(found: PeriodicTasks, clock: Clock) -> str:
    """Return in one sentence whether the periodic tasks come as they should."""
    if not found.tasks:
        return "The Celery app declares no periodic task"
    states = [each.state for each in found.tasks]
    late = sum(state.is_in_trouble for state in states)
    unknown = states.count(PeriodicState.UNKNOWN)
    parts = [f"{late} late" if late else "", f"{unknown} not known" if unknown else ""]
    said = ", ".join(filter(None, parts)) or "none is late"
    since = f"; observed since {clock.minute(found.observed_since)}" if found.observed_since else ""
    return f"{count(len(found.tasks) + found.more, 'periodic task')}, {said}{since}"


def as_text(found: PeriodicTasks, clock: Clock) -> str:
    """Return them as a table, with the reasons below."""
    rows = [periodic_row(each, clock) for each in found.tasks]
    why = [f"{row.entry}: {row.why} {row.remedy}".rstrip() for row in rows if row.why]
    return "\n".join(filter(None, [headline(found, clock) + ".", table(HEADS, map(_cells, rows)), *why]))


def as_json(found: PeriodicTasks) -> str:
    """Return them as JSON, with times in ISO 8601 and null for unknown."""
    document = {"format": "queue-insight-periodic", "version": JSON_VERSION, **asdict(found)}
    return json.dumps(document, default=plain, indent=2)


def _cells(row: PeriodicRow) -> tuple[str, ...]:
    figures = (str(row.succeeded), str(row.failed))
    return (row.entry, row.task, row.schedule, row.state, row.last_sent, row.last_run, row.due, *figures)


def _span(span: Span | None, clock: Clock) -> str:
    """Return "12:04", or "12:00 to 13:00" for what is known to the hour only."""
    if span is None:
        return "not seen"
    start, end = clock.minute(span.start), clock.minute(span.end)
    return start if (span.end - span.start).total_seconds() <= _MINUTE_S else f"{start} to {end}"


_MINUTE_S: Final = 60.0
