"""Concludes that free workers take nothing, as what they keep fills what they may prefetch. Pure."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from queue_insight.reasons import Reason, count
from queue_insight.snapshot import TaskState, WorkerState

if TYPE_CHECKING:
    from collections.abc import Container

    from queue_insight.snapshot import QueueState, Snapshot


def blocked(queue: QueueState, snapshot: Snapshot) -> Reason | None:
    """Return what keeps the free workers of a queue from taking more; None if nothing is known to."""
    workers = [worker for worker in snapshot.workers if worker.name in (queue.workers or ())]
    if any(worker.state is not WorkerState.ONLINE for worker in workers):
        return None  # What those do that are silent isn't known.
    running = snapshot.running_by_worker()
    slots = sum(worker.slots or 0 for worker in workers)
    free = slots - sum(running.get(worker.name, 0) for worker in workers)
    if not slots or free <= 0:
        return None
    # A worker asks for more while it keeps tasks that are not due, which quorum queues do not allow.
    if queue.kind == "quorum" and queue.delayed >= slots:
        return _by_delayed(queue, free)
    # It asks for none while it keeps as many as it may prefetch, even if these wait for their rate limit.
    limits = {name: rate for worker in workers for name, rate in worker.rate_limits.items()}
    kept = queue.reserved - queue.delayed - _without_limit(queue, snapshot, limits)
    return _by_limits(queue, free, kept, limits) if limits and kept >= slots else None


def _without_limit(queue: QueueState, snapshot: Snapshot, limits: Container[str]) -> int:
    """Return how many tasks, of those that are known, a worker keeps for another reason than their limit."""
    return sum(
        task.state is TaskState.RESERVED
        and task.queue == queue.name
        and task.name not in limits
        and (task.eta is None or task.eta <= snapshot.at)
        for task in snapshot.queued
    )


def _by_delayed(queue: QueueState, free: int) -> Reason:
    return Reason(
        code="prefetch_blocked",
        message=f"Its workers have {count(free, 'free slot')}, but keep "
        f"{count(queue.delayed, 'task')} of queue {queue.name!r} until due. On a quorum queue these fill "
        "what a worker may prefetch, so it probably receives nothing else before then.",
        params={"queue": queue.name, "free": free, "delayed": queue.delayed},
        remedy="Let RabbitMQ delay them (Celery's native delayed delivery needs a topic exchange), "
        "or send tasks with an ETA to a queue of their own.",
    )


def _by_limits(queue: QueueState, free: int, kept: int, limits: dict[str, str]) -> Reason:
    name, rate = min(limits.items())
    others = f" ({count(len(limits) - 1, 'other name')} limited, too)" if len(limits) > 1 else ""
    return Reason(
        code="prefetch_blocked",
        message=f"Its workers have {count(free, 'free slot')}, but keep {count(kept, 'task')} of queue "
        f"{queue.name!r} that they have received and not started, and start {name} at most {rate}{others}. "
        "Tasks that wait for their rate limit fill what a worker may prefetch, so it probably receives "
        "nothing else before they start.",
        params={"queue": queue.name, "free": free, "kept": kept, "name": name, "rate": rate},
        remedy=f"Raise the limit (celery -A <project> control rate_limit {quote(name)} <rate>), "
        "or send such tasks to a queue of their own.",
    )
