"""Asks the workers what they run and consume, through Celery's remote control.

Events name neither a worker's queues nor its slots; inspection does. A worker of the solo pool cannot reply
while it runs a task, so a missing reply proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from queue_insight.collector_state import ObservedTask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from celery import Celery


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReply:
    """What one worker replied."""

    queues: tuple[str, ...]
    running: tuple[ObservedTask, ...] = ()
    slots: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The replies of one round, by worker name."""

    requested_at: float
    replies: Mapping[str, WorkerReply] = field(default_factory=dict)


def inspect_workers(
    app: Celery, *, workers: int, clock: Callable[[], float], timeout_s: float = 1.0
) -> Inspection:
    """Inspect all workers.

    Each of the three requests waits until `workers` have replied or `timeout_s` has passed.
    Raises what the broker's client raises when the broker is unreachable.
    """
    requested_at = clock()
    inspect = app.control.inspect(timeout=timeout_s, limit=workers or None)
    queues: Mapping[str, Any] = inspect.active_queues() or {}
    active: Mapping[str, Any] = inspect.active() or {} if queues else {}
    stats: Mapping[str, Any] = inspect.stats() or {} if queues else {}
    return Inspection(
        requested_at=requested_at,
        # Leave out a worker that did not report its running tasks: they would count as finished.
        replies={
            name: _worker_reply(queues[name], active[name], stats.get(name) or {})
            for name in queues
            if name in active
        },
    )


def _worker_reply(
    queues: list[dict[str, Any]], active: list[dict[str, Any]], stats: dict[str, Any]
) -> WorkerReply:
    by_key = {each.get("routing_key"): each["name"] for each in queues}
    slots = (stats.get("pool") or {}).get("max-concurrency")
    return WorkerReply(
        queues=tuple(each["name"] for each in queues),
        slots=slots if isinstance(slots, int) else None,
        running=tuple(_task(each, by_key) for each in active),
    )


def _task(active: dict[str, Any], by_key: dict[str | None, str]) -> ObservedTask:
    key = (active.get("delivery_info") or {}).get("routing_key")
    return ObservedTask(
        id=active["id"],
        name=active.get("name") or "",
        queue=by_key.get(key, key) or "",
        args_summary=f"{active.get('args') or ''} {active.get('kwargs') or ''}".strip(),
        started_at=active.get("time_start"),
    )
