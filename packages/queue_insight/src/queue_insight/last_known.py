"""Keeps what was known last, so that a source that can't be read does not look like an empty one."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from queue_insight.freshness import STATE_UNREAD
from queue_insight.snapshot import WorkerState

if TYPE_CHECKING:
    from datetime import timedelta

    from queue_insight.snapshot import QueueState, Snapshot


class LastKnown:
    """Completes the snapshots of one process, which all ask for the same, by what the last one knew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Snapshot | None = None

    def complete(self, now: Snapshot) -> Snapshot:
        """Return the snapshot; what could not be read now is as it was, with its age and since when."""
        with self._lock:
            found = completed(now, self._last)
            # An estimate holds all that it is made from.
            self._last = replace(found, queues=tuple(replace(each, estimate=None) for each in found.queues))
            return found


def completed(now: Snapshot, last: Snapshot | None) -> Snapshot:
    """Return the snapshot with what the last one knew of each source that can't be read now. Pure."""
    if any(note.code == STATE_UNREAD for note in now.notes):
        now = _with_workers_of(last, now)
    return now if now.broker_read else _with_waiting_of(last, now)


def _with_waiting_of(last: Snapshot | None, now: Snapshot) -> Snapshot:
    since = (last.broker_unread_since if last else None) or now.at
    as_of = last.of_broker.as_of if last else None
    if last is None or as_of is None:
        return replace(now, broker_unread_since=since)
    known = {task.id for task in now.tasks()}
    found = {queue.name: queue for queue in now.queues}
    return replace(
        now,
        queues=tuple(_waiting_of(before, found.pop(before.name, before)) for before in last.queues)
        + tuple(found.values()),
        queued=(
            *now.queued,
            *(task for task in last.queued if task.worker is None and task.id not in known),
        ),
        delayed_in_broker=last.delayed_in_broker,
        heads_read=last.heads_read,
        broker_read_at=as_of,
        broker_unread_since=since,
    )


def _waiting_of(before: QueueState, queue: QueueState) -> QueueState:
    return replace(
        queue,
        depth=before.depth,
        oldest_wait_s=before.oldest_wait_s,
        consumers=before.consumers,
        kind=before.kind,
        names=before.names,
        unacked=before.unacked,
        estimate=None,
    )


def _with_workers_of(last: Snapshot | None, now: Snapshot) -> Snapshot:
    since = (last.state_unread_since if last else None) or now.at
    if last is None or last.collected_at is None:
        return replace(now, state_unread_since=since)
    known = {task.id for task in now.tasks()}
    queues = {queue.name: queue for queue in last.queues}
    return replace(
        now,
        queues=tuple(
            _workers_of(queues[queue.name], queue) if queue.name in queues else queue for queue in now.queues
        ),
        running=tuple(task for task in last.running if task.id not in known),
        queued=(
            *(task for task in last.queued if task.worker is not None and task.id not in known),
            *now.queued,
        ),
        workers=tuple(replace(worker, state=WorkerState.UNKNOWN) for worker in last.workers),
        former_workers=last.former_workers,
        finished=last.finished,
        ended_tasks=last.ended_tasks,
        lost_tasks=last.lost_tasks,
        collected_at=last.collected_at,
        collected_age_s=_age(last, now.at - last.at),
        next_by=last.next_by,
        state_unread_since=since,
    )


def _workers_of(before: QueueState, queue: QueueState) -> QueueState:
    return replace(
        queue,
        running=before.running,
        reserved=before.reserved,
        delayed=before.delayed,
        workers=before.workers,
        estimate=None,
    )


def _age(last: Snapshot, since: timedelta) -> float | None:
    age_s = last.collected_age_s
    return None if age_s is None else age_s + max(0.0, since.total_seconds())
