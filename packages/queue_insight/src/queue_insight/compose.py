"""Puts a look into the broker and the collector's sighting together into one snapshot. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from queue_insight.notes import delivered_again
from queue_insight.sighting import SeenTask, SeenWorker, Sighting
from queue_insight.snapshot import (
    EndedTask,
    QueueState,
    Snapshot,
    TaskInfo,
    TaskState,
    WorkerInfo,
    WorkerState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from queue_insight.brokers.base import Line, Message, Reading
    from queue_insight.reasons import Reason
    from queue_insight.stores.base import Kept

LISTENING = (WorkerState.ONLINE, WorkerState.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What every part of the snapshot is made from."""

    now: float
    reading: Reading
    sighting: Sighting
    workers: Mapping[str, WorkerInfo]
    #: Delivered and unacknowledged messages by task id.
    unacked: Mapping[str, Message]
    #: Ids of the tasks seen waiting.
    waiting: frozenset[str]
    #: Whether every message in the broker was looked at.
    complete: bool


def compose(
    *, now: float, reading: Reading, kept: Kept | None, grace_beats: float, notes: tuple[Reason, ...] = ()
) -> Snapshot:
    """Return the snapshot. `now` is the reader's clock; workers are judged by the collector's alone."""
    sighting = kept.sighting if kept else Sighting(collected_at=now, next_by=now)
    fresh = kept is not None and sighting.listening_since is not None and not _overdue(kept)
    workers = {w.name: _worker(w, sighting, grace_beats, fresh=fresh) for w in sighting.workers}
    view = _view(now, reading, sighting, workers)
    held = tuple(_held_tasks(view))
    running = tuple(t for t in held if t.state in {TaskState.RUNNING, TaskState.LOST})
    return Snapshot(
        at=_at(now),
        queues=tuple(_queue(line, running, view) for line in reading.lines),
        running=tuple(sorted(running, key=lambda t: (t.started_at is None, t.started_at))),
        queued=tuple(_waiting(held, view)),
        workers=tuple(workers.values()),
        ended=tuple(EndedTask(id=e.id, outcome=e.outcome, at=_at(e.at)) for e in sighting.ended),
        unacked=reading.unacked,
        collected_at=_at(sighting.collected_at) if kept else None,
        next_by=_at(sighting.next_by) if kept else None,
        fresh=fresh,
        notes=(*notes, *(delivered_again(task) for task in running if task.id in view.waiting)),
    )


def _view(now: float, reading: Reading, sighting: Sighting, workers: Mapping[str, WorkerInfo]) -> _View:
    return _View(
        now=now,
        reading=reading,
        sighting=sighting,
        workers=workers,
        unacked={message.id: message for message in reading.unacked_head},
        waiting=frozenset(message.id for line in reading.lines for message in line.head),
        complete=reading.unacked == len(reading.unacked_head)
        and all(line.depth == len(line.head) for line in reading.lines),
    )


def _held_tasks(view: _View) -> Iterator[TaskInfo]:
    for task in view.sighting.tasks:
        info = _held(task, view)
        # A lost task that waits again was delivered back: where it is now counts, not where it was.
        if info.state is not TaskState.LOST or info.id not in view.waiting:
            yield info


def _overdue(kept: Kept) -> bool:
    # As with workers: one more period of grace after the promised time.
    period = kept.sighting.next_by - kept.sighting.collected_at
    return kept.age_s > 2 * period


def _worker(seen: SeenWorker, sighting: Sighting, grace_beats: float, *, fresh: bool) -> WorkerInfo:
    grace_s = seen.every_s * grace_beats
    return WorkerInfo(
        name=seen.name,
        state=_judge(seen, sighting, grace_s) if fresh else WorkerState.UNKNOWN,
        seen_at=_at(seen.seen_at),
        next_by=_at(seen.seen_at + seen.every_s),
        grace_s=grace_s,
        pid=seen.pid,
        queues=seen.queues,
        slots=seen.slots,
        active=seen.active,
    )


def _judge(seen: SeenWorker, sighting: Sighting, grace_s: float) -> WorkerState:
    if seen.offline:
        return WorkerState.OFFLINE
    # Silence counts only from when there was somebody to hear.
    silent_s = sighting.collected_at - max(seen.seen_at, sighting.listening_since or 0.0)
    if silent_s > seen.every_s + grace_s:
        return WorkerState.GONE
    return WorkerState.LATE if sighting.collected_at > seen.seen_at + seen.every_s else WorkerState.ONLINE


def _held(task: SeenTask, view: _View) -> TaskInfo:
    message = view.unacked.get(task.id)
    sent_at = task.sent_at if message is None or message.sent_at is None else message.sent_at
    return TaskInfo(
        id=task.id,
        name=task.name,
        queue=task.queue or (message.queue if message else ""),
        state=_state(task, view.workers.get(task.worker)),
        worker=task.worker or None,
        started_at=None if task.started_at is None else _at(task.started_at),
        sent_at=None if sent_at is None else _at(sent_at),
        eta=_eta(task.eta),
        args_summary=task.args_summary,
        unacked=message is not None if view.complete or message else None,
    )


def _state(task: SeenTask, worker: WorkerInfo | None) -> TaskState:
    gone = worker is not None and worker.state in {WorkerState.GONE, WorkerState.OFFLINE}
    if gone or task.lost_at is not None:
        return TaskState.LOST
    return TaskState.RESERVED if task.started_at is None else TaskState.RUNNING


def _waiting(held: tuple[TaskInfo, ...], view: _View) -> Iterable[TaskInfo]:
    known = {task.id for task in held}
    yield from (task for task in held if task.state is TaskState.RESERVED)
    # Delivered but never heard of: the worker sends no events, or nobody listened.
    for message in view.reading.unacked_head:
        if message.id not in known:
            yield _from_message(message, TaskState.RESERVED, None, view)
    for line in view.reading.lines:
        for position, message in enumerate(line.head):
            yield _from_message(message, TaskState.QUEUED, position, view)


def _from_message(message: Message, state: TaskState, position: int | None, view: _View) -> TaskInfo:
    sent_at = _sent_at(message, view)
    return TaskInfo(
        id=message.id,
        name=message.name,
        queue=message.queue,
        state=state,
        sent_at=None if sent_at is None else _at(sent_at),
        eta=_eta(message.eta),
        args_summary=message.args_summary,
        position=position,
        unacked=state is TaskState.RESERVED,
    )


def _sent_at(message: Message, view: _View) -> float | None:
    return message.sent_at if message.sent_at is not None else view.sighting.sent.get(message.id)


def _queue(line: Line, running: tuple[TaskInfo, ...], view: _View) -> QueueState:
    ours = sum(task.queue == line.queue and task.state is TaskState.RUNNING for task in running)
    told = [worker for worker in view.workers.values() if worker.queues is not None]
    listening = [w for w in told if line.queue in (w.queues or ()) and w.state in LISTENING]
    sent_at = _sent_at(line.head[0], view) if line.head else None
    return QueueState(
        name=line.queue,
        depth=line.depth,
        running=ours,
        oldest_wait_s=None if sent_at is None else max(0.0, view.now - sent_at),
        drain_s=_drain_s(line, sum(worker.slots or 1 for worker in listening), view.sighting),
        workers=tuple(w.name for w in listening) if told else None,
        unacked=sum(message.queue == line.queue for message in view.reading.unacked_head),
    )


def _drain_s(line: Line, slots: int, sighting: Sighting) -> float | None:
    if line.depth == 0:
        return 0.0
    runtime = sighting.runtimes.get(line.queue)
    return None if runtime is None or slots == 0 else line.depth * runtime / slots


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _eta(text: str | None) -> datetime | None:
    try:
        eta = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return eta if eta is None or eta.tzinfo else eta.replace(tzinfo=UTC)
