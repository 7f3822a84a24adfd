"""Formats snapshots and reasons as text and as JSON. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from queue_insight.drain import DrainState, in_words
from queue_insight.names import shown
from queue_insight.reasons import count
from queue_insight.snapshot import QueueState, Snapshot, TaskInfo, delayed_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from queue_insight.reasons import Reason

#: Version of the JSON that `as_json` writes.
JSON_VERSION: Final = 1


def as_json(value: Snapshot | Sequence[Reason]) -> str:
    """Return the value as JSON, with times in ISO 8601 and null for unknown.

    The version grows when a field changes its meaning or goes; new fields may come without.
    """
    if isinstance(value, Snapshot):
        document = {
            "format": "queue-insight-snapshot",
            "version": JSON_VERSION,
            **asdict(replace(value, queues=(), run_times={})),
            "queues": [_queue_as_dict(each) for each in value.queues],
        }
        del document["run_times"]  # thousands of figures, which nobody asks for
    else:
        reasons = [asdict(reason) for reason in value]
        document = {"format": "queue-insight-reasons", "version": JSON_VERSION, "reasons": reasons}
    return json.dumps(document, default=plain, indent=2)


def as_text(snapshot: Snapshot) -> str:
    """Return the snapshot as tables."""
    tasks = [_task(task, snapshot.at) for task in snapshot.tasks()]
    unlisted = snapshot.tasks_at_workers - snapshot.tasks_at_workers_read
    parts = [
        _queues(snapshot),
        table(("TASK", "STATE", "NAME", "QUEUE", "WORKER", "SINCE"), tasks),
        f"Not listed: {count(unlisted, 'task')} of the workers (--all lists every one)." if unlisted else "",
        _workers(snapshot),
        f"Not listed: {count(snapshot.former_workers, 'worker')}, ended earlier."
        if snapshot.former_workers
        else "",
        _delayed(snapshot),
        _paused(snapshot),
        _freshness(snapshot),
        reasons_as_text(snapshot.notes) if snapshot.notes else "",
    ]
    return "\n\n".join(part for part in parts if part)


def reasons_as_text(reasons: Sequence[Reason]) -> str:
    """Return one sentence for each reason, followed by its remedy."""
    if not reasons:
        return "It runs."
    return "\n".join(f"- {r.message}" + (f"\n  {r.remedy}" if r.remedy else "") for r in reasons)


def _queue_as_dict(queue: QueueState) -> dict[str, object]:
    plain = {each.name: getattr(queue, each.name) for each in fields(queue) if each.name != "estimate"}
    return {**plain, "drain": asdict(queue.drain)}


def _queues(snapshot: Snapshot) -> str:
    rows = [
        (
            queue.name,
            "?" if queue.depth is None else str(queue.depth),
            str(queue.reserved),
            str(queue.running),
            "-" if queue.depth == 0 else _seconds(queue.oldest_wait_s),
            "-" if queue.drain.state is DrainState.EMPTY else in_words(queue.drain),
            "?" if queue.workers is None else str(len(queue.workers)),
        )
        for queue in snapshot.queues
    ]
    return table(("QUEUE", "DEPTH", "TAKEN", "RUNNING", "OLDEST WAIT", "EMPTY IN", "WORKERS"), rows)


def _delayed(snapshot: Snapshot) -> str:
    return (
        f"The broker delays {delayed_in_words(snapshot.delayed_in_broker)}."
        if snapshot.delayed_in_broker
        else ""
    )


def _paused(snapshot: Snapshot) -> str:
    return "\n".join(
        f"Queue {shown(name)} is paused by {shown(pause.by)} since {pause.since:%Y-%m-%d %H:%M} UTC."
        for name, pause in sorted(snapshot.paused.items())
    )


def _workers(snapshot: Snapshot) -> str:
    rows = [
        (
            worker.name,
            worker.state.value,
            _age(snapshot.collected_at, worker.last_seen_at),
            "?" if worker.queues is None else " ".join(worker.queues),
        )
        for worker in snapshot.workers
    ]
    return table(("WORKER", "STATE", "SILENT FOR", "QUEUES"), rows)


def _task(task: TaskInfo, now: datetime) -> tuple[str, ...]:
    since = task.started_at or task.sent_at
    return (task.id, task.state.value, task.name, task.queue or "?", task.worker or "-", _age(now, since))


def _freshness(snapshot: Snapshot) -> str:
    if snapshot.collected_at is None:
        return f"At {snapshot.at:%H:%M:%S} UTC."
    kind = "fresh" if snapshot.fresh else "NOT fresh"
    return f"At {snapshot.at:%H:%M:%S} UTC; workers as of {snapshot.collected_at:%H:%M:%S} UTC, {kind}."


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return the rows below their heads in aligned columns; empty without a row."""
    lines = [heads, *rows]
    if len(lines) == 1:
        return ""
    lines = [tuple(shown(cell) for cell in line) for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _seconds(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f} s"


def _age(now: datetime | None, then: datetime | None) -> str:
    return "?" if now is None or then is None else _seconds(max(0.0, (now - then).total_seconds()))


def plain(value: object) -> str | list[str]:
    """Return a time in ISO 8601, and a set of ids in order, which JSON has no types of its own for."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} cannot be written as JSON")
