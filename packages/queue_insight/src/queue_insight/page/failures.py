"""Puts groups of failures into rows. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from queue_insight.names import key, shown
from queue_insight.reasons import count
from queue_insight.render import JSON_VERSION, plain, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from queue_insight.failures import FailureGroup
    from queue_insight.page.clock import Clock

#: Number of groups on a page.
PAGE: Final = 50
HEADS: Final = ("LAST", "COUNT", "FIRST", "EXCEPTION", "PLACE", "NAME", "TASK")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """One group as a row."""

    key: str
    exception: str
    message: str
    place: str
    #: What is to be known about the place.
    remark: str
    count: int
    first: str
    last: str
    since: str
    name: str
    task_id: str
    task_key: str
    worker: str
    causal_id: str


def failure_row(group: FailureGroup, clock: Clock) -> FailureRow:
    """Return the row of one group."""
    return FailureRow(
        key=group.id,
        exception=shown(group.exception, 120) or "exception not known",
        message=shown(group.message, 255),
        place=shown(group.place, 160) or "place not known",
        remark="" if group.is_own else _remark(group),
        count=group.count,
        first=clock.minute(group.first_at),
        last=clock.minute(group.last_at),
        since=clock.since(group.last_at),
        name=shown(group.name) or "name not known",
        task_id=shown(group.task_id, 40),
        task_key=key(group.task_id),
        worker=shown(group.worker),
        causal_id=shown(group.causal_id, 60),
    )


def headline(groups: Sequence[FailureGroup], clock: Clock) -> str:
    """Return how many tasks failed, and since when; empty without a group."""
    if not groups:
        return ""
    total, first = sum(each.count for each in groups), min(each.first_at for each in groups)
    return (
        f"{count(total, 'failure')} in {count(len(groups), 'group')} since {clock.minute(first)}, "
        f"the last {clock.since(groups[0].last_at)} ago"
    )


def as_text(groups: Sequence[FailureGroup]) -> str:
    """Return the groups as a table, with times in UTC."""
    return table(HEADS, map(_cells, groups)) or "No failure is known."


def as_json(groups: Sequence[FailureGroup]) -> str:
    """Return the groups as JSON, with times in ISO 8601 and null for unknown."""
    failures = [asdict(each) for each in groups]
    document = {"format": "queue-insight-failures", "version": JSON_VERSION, "failures": failures}
    return json.dumps(document, default=plain, indent=2)


def _remark(group: FailureGroup) -> str:
    if not group.file:
        return "The event of the failure had no traceback."
    return "Not the project's own code, of which the traceback has no frame."


def _cells(group: FailureGroup) -> tuple[str, ...]:
    return (
        f"{group.last_at:%Y-%m-%d %H:%M:%S}",
        str(group.count),
        f"{group.first_at:%Y-%m-%d %H:%M:%S}",
        shown(group.exception) or "?",
        (shown(group.place) or "?") + ("" if group.is_own or not group.file else " (not own code)"),
        shown(group.name) or "?",
        shown(group.task_id, 40),
    )
