"""A census: what the workers answer when asked; it tells their queues and slots, which events do not.

A worker of the solo pool cannot answer while it works; no answer therefore proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from queue_insight.sighting import SeenTask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from celery import Celery


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One worker's answer."""

    queues: tuple[str, ...]
    running: tuple[SeenTask, ...] = ()
    slots: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """All answers of one round."""

    asked_at: float
    answers: Mapping[str, Answer] = field(default_factory=dict)


def take(app: Celery, *, workers: int, clock: Callable[[], float], timeout_s: float = 1.0) -> Census:
    """Ask all workers; wait until `workers` have answered or `timeout_s` has passed, per question.

    Raises what the broker's client raises when the broker cannot be reached.
    """
    asked_at = clock()
    inspect = app.control.inspect(timeout=timeout_s, limit=workers or None)
    queues: Mapping[str, Any] = inspect.active_queues() or {}
    active: Mapping[str, Any] = inspect.active() or {} if queues else {}
    stats: Mapping[str, Any] = inspect.stats() or {} if queues else {}
    return Census(
        asked_at=asked_at,
        # Without the answer about running tasks, nothing may be concluded from a worker's other answers.
        answers={
            name: _answer(queues[name], active[name], stats.get(name) or {})
            for name in queues
            if name in active
        },
    )


def _answer(queues: list[dict[str, Any]], active: list[dict[str, Any]], stats: dict[str, Any]) -> Answer:
    by_key = {each.get("routing_key"): each["name"] for each in queues}
    slots = (stats.get("pool") or {}).get("max-concurrency")
    return Answer(
        queues=tuple(each["name"] for each in queues),
        slots=slots if isinstance(slots, int) else None,
        running=tuple(_task(each, by_key) for each in active),
    )


def _task(active: dict[str, Any], by_key: dict[str | None, str]) -> SeenTask:
    key = (active.get("delivery_info") or {}).get("routing_key")
    return SeenTask(
        id=active["id"],
        name=active.get("name") or "",
        queue=by_key.get(key, key) or "",
        args_summary=f"{active.get('args') or ''} {active.get('kwargs') or ''}".strip(),
        started_at=active.get("time_start"),
    )
