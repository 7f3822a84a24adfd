"""Tells the life of one task step by step, and names every gap. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from queue_insight.handing_out import receivers
from queue_insight.names import shown
from queue_insight.page.clock import UNKNOWN, duration
from queue_insight.reasons import count
from queue_insight.snapshot import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from queue_insight.page.clock import Clock
    from queue_insight.snapshot import FinishedTask, Snapshot, TaskInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A moment in the life of a task, or the gap between two of them."""

    #: Empty for a gap.
    at: str
    text: str
    is_gap: bool = False


def timeline(task_id: str, snapshot: Snapshot, clock: Clock) -> tuple[Step, ...]:
    """Return the steps, the first first; empty when nothing is known of the task."""
    task = snapshot.find(task_id)
    finished = next((each for each in snapshot.finished if each.id == task_id), None)
    if task is not None:
        return tuple(_steps(task, snapshot, clock))
    return tuple(_end(finished, clock)) if finished is not None else ()


def _steps(task: TaskInfo, snapshot: Snapshot, clock: Clock) -> Iterator[Step]:
    yield from _sent(task, clock)
    worker = shown(task.worker) if task.worker else "a worker that is not known"
    match task.state:
        case TaskState.QUEUED:
            yield _gap(f"waits for {clock.since(task.sent_at)}{_ahead(task)}")
        case TaskState.HANDED_OUT:
            names = " or ".join(shown(each.name) for each in receivers(task, snapshot))
            yield Step(at=UNKNOWN, text=f"handed out by the broker, most likely to {names}")
            yield _gap("nobody has confirmed it")
        case TaskState.RESERVED:
            yield from _taken(task, worker, snapshot, clock)
        case TaskState.RUNNING:
            yield from _started(task, worker, clock)
            yield _gap(f"runs for {clock.since(task.started_at)}")
        case TaskState.LOST | TaskState.UNKNOWN:
            yield from _started(task, worker, clock)
            yield _gap("events missing here: whatever it did after that was not observed")
            known = snapshot.worker(task.worker)
            seen = None if known is None else known.last_seen_at
            yield Step(at=clock.second(seen), text=f"{worker} was last seen")


def _sent(task: TaskInfo, clock: Clock) -> Iterator[Step]:
    queue = f" to queue '{shown(task.queue)}'" if task.queue else ""
    retry = f", as retry {task.retries}" if task.retries else ""
    yield Step(at=clock.second(task.sent_at), text=f"sent{queue}{retry}")
    if task.eta is not None:
        yield Step(at=clock.second(task.eta), text="due")
    if task.expires is not None:
        yield Step(at=clock.second(task.expires), text="expires unless it has begun")
    if task.sent_at is None:
        yield _gap("when it was sent is not known: it carries no publish time, and no task-sent event came")


def _started(task: TaskInfo, worker: str, clock: Clock) -> Iterator[Step]:
    if task.started_at is None:
        yield _gap("the event of its start is missing")
        yield Step(at=UNKNOWN, text=f"taken by {worker}")
        return
    if task.sent_at is not None:
        yield _gap(_waited(task.sent_at, task.started_at))
    yield Step(at=clock.second(task.started_at), text=f"started on {worker}")


def _waited(sent_at: datetime, started_at: datetime) -> str:
    seconds = (started_at - sent_at).total_seconds()
    if seconds < 0:
        return "how long it waited is not known: the sender's clock is ahead of the worker's"
    return f"waited {duration(seconds)}"


def _ahead(task: TaskInfo) -> str:
    if task.position is None:
        return ""
    return f": behind {count(task.position, 'task')}" if task.position else ": it is the next"


def _taken(task: TaskInfo, worker: str, snapshot: Snapshot, clock: Clock) -> Iterator[Step]:
    if task.worker is None:
        yield Step(at=clock.second(task.delivered_at), text=f"delivered to {worker}")
        yield _gap("whether it has begun is not known")
        return
    yield Step(at=clock.second(task.delivered_at), text=f"taken by {worker}, not started")
    yield _gap(_held(task, snapshot, clock))


def _held(task: TaskInfo, snapshot: Snapshot, clock: Clock) -> str:
    if task.eta is not None and task.eta > snapshot.at:
        return f"kept by the worker until it is due in {duration((task.eta - snapshot.at).total_seconds())}"
    if task.delivered_at is not None:
        return f"taken {clock.since(task.delivered_at)} ago and not begun"
    return f"sent {clock.since(task.sent_at)} ago and not begun; when it was taken is not known"


def _end(finished: FinishedTask, clock: Clock) -> Iterator[Step]:
    yield _gap("what came before is not kept")
    error = f": {shown(finished.error, 255)}" if finished.error else ""
    yield Step(at=clock.second(finished.at), text=f"{shown(finished.outcome)}{error}")


def _gap(text: str) -> Step:
    return Step(at="", text=text, is_gap=True)
