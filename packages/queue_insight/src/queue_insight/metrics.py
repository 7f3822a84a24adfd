"""Writes a snapshot in Prometheus' text format. Pure.

Names are those of celery-exporter where the meaning is the same. What is not known has no series: it is
absent, never 0. Workers have series only while they are online or late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from queue_insight.worker_states import CONSUMING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from queue_insight.snapshot import QueueState, Snapshot, WorkerInfo

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
#: Maximum number of characters of a label, and of queues and workers with series of their own.
MAX_LABEL: Final = 255
MAX_SERIES: Final = 1000
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One metric with its samples: label value (empty for none) and number."""

    name: str
    help: str
    label: str
    samples: tuple[tuple[str, float], ...]


def exposition(snapshot: Snapshot) -> str:
    """Return the metrics as Prometheus scrapes them; one without samples is left out."""
    return "".join(_text(gauge) for gauge in (*_queues(snapshot), *_workers(snapshot), *_totals(snapshot)))


def _queues(snapshot: Snapshot) -> Iterator[Gauge]:
    queues = snapshot.queues[:MAX_SERIES]
    slots = {worker.name: worker.slots for worker in snapshot.workers}
    is_observed = snapshot.fresh
    yield _by_queue("celery_queue_length", "Tasks that wait in the queue.", queues, lambda q: q.depth)
    yield _by_queue(
        "queue_insight_queue_oldest_seconds",
        "Age of the next task.",
        queues,
        lambda q: q.oldest_wait_s if q.depth else None,
    )
    yield _by_queue(
        "celery_active_consumer_count",
        "Consumers of the queue by the broker's own count.",
        queues,
        lambda q: q.consumers,
    )
    if not is_observed:
        return
    yield _by_queue(
        "celery_active_worker_count",
        "Workers that consume the queue.",
        queues,
        lambda q: None if q.workers is None else len(q.workers),
    )
    yield _by_queue(
        "celery_active_process_count",
        "Slots of the workers that consume the queue.",
        queues,
        lambda q: _sum(slots.get(name) for name in q.workers) if q.workers else None,
    )
    yield _by_queue(
        "queue_insight_queue_prefetched",
        "Tasks that workers have received, that are due, and not started.",
        queues,
        lambda q: q.reserved - q.delayed,
    )
    yield _by_queue(
        "queue_insight_queue_delayed",
        "Tasks that workers keep until they are due.",
        queues,
        lambda q: q.delayed,
    )
    yield _by_queue("queue_insight_queue_running", "Tasks that workers execute.", queues, lambda q: q.running)


def _workers(snapshot: Snapshot) -> Iterator[Gauge]:
    alive = [w for w in snapshot.workers if w.state in CONSUMING][:MAX_SERIES]
    yield _by_worker("celery_worker_up", "1 while the worker sends heartbeats.", alive, lambda _: 1)
    yield _by_worker(
        "celery_worker_tasks_active", "Tasks that the worker executes.", alive, lambda w: w.active
    )


def _totals(snapshot: Snapshot) -> Iterator[Gauge]:
    if snapshot.fresh:
        yield _one("queue_insight_tasks_lost", "Tasks that were lost with their worker.", snapshot.lost_tasks)
    # By the store's clock, as those of the collector and of this process may differ.
    if (lag := snapshot.collected_age_s) is not None:
        yield _one("queue_insight_collector_lag_seconds", "Age of the collector's state.", lag)
    if snapshot.delayed_in_broker is not None:
        delayed = sum(each.count for each in snapshot.delayed_in_broker)
        yield _one(
            "queue_insight_broker_delayed", "Tasks that the broker keeps until due, for all queues.", delayed
        )
    yield _one("queue_insight_broker_up", "1 if the broker could be read.", int(snapshot.broker_read))
    yield _one("queue_insight_collector_up", "1 if the collector's state is current.", int(snapshot.fresh))


def _by_queue(
    name: str, text: str, queues: Iterable[QueueState], figure: Callable[[QueueState], float | None]
) -> Gauge:
    samples = ((queue.name, figure(queue)) for queue in queues)
    return Gauge(
        name=name,
        help=text,
        label="queue_name",
        samples=tuple((label, value) for label, value in samples if value is not None),
    )


def _by_worker(
    name: str, text: str, workers: Iterable[WorkerInfo], figure: Callable[[WorkerInfo], float]
) -> Gauge:
    return Gauge(
        name=name, help=text, label="hostname", samples=tuple((each.name, figure(each)) for each in workers)
    )


def _one(name: str, text: str, value: float) -> Gauge:
    return Gauge(name=name, help=text, label="", samples=(("", value),))


def _sum(numbers: Iterable[int | None]) -> int | None:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _text(gauge: Gauge) -> str:
    if not gauge.samples:
        return ""
    lines = [f"# HELP {gauge.name} {gauge.help}", f"# TYPE {gauge.name} gauge"]
    for label, value in gauge.samples:
        labels = f'{{{gauge.label}="{_label(label)}"}}' if gauge.label else ""
        lines.append(f"{gauge.name}{labels} {value!r}")
    return "\n".join(lines) + "\n"


def _label(value: str) -> str:
    return value[:MAX_LABEL].encode("utf-8", "replace").decode().translate(_ESCAPES)
