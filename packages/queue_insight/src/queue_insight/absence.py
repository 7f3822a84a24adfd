"""Explains why a task is neither waiting nor at a worker: it finished, or where it is isn't known. Pure."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from queue_insight.observed_tasks import UNOBSERVED
from queue_insight.reasons import Reason, count, instant
from queue_insight.snapshot import SearchedQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from queue_insight.snapshot import FinishedTask, QueueState, SentNote, Snapshot

#: How a worker describes in its event that it doesn't know a task.
NOT_REGISTERED: Final = "NotRegistered("
#: Maximum number of queues that a sentence names.
MAX_NAMED: Final = 5
#: What lets a task be found anywhere in its queue.
SEND_WITH_HOOK: Final = (
    "Install the publisher's hook where it is sent (queue_insight.install), and keep "
    "QUEUE_INSIGHT['RECORD_PUBLISH_TIME']: then it is found wherever it waits."
)


def absence(task_id: str, snapshot: Snapshot) -> Reason:
    """Return why a task is neither waiting nor at a worker, as far as the snapshot knows."""
    for finished in snapshot.finished:
        if finished.id == task_id:
            return _finished(finished)
    note = snapshot.sent.get(task_id)
    queues = [snapshot.queue(note.queue)] if note is not None and note.queue else snapshot.queues
    for queue in filter(None, queues):
        searched = searched_queue(task_id, queue.name, snapshot)
        if snapshot.heads_read and queue.depth is not None and queue.depth > searched.looked_at:
            return _maybe_deeper(task_id, queue, searched, snapshot)
    names = ", ".join(queue.name for queue in snapshot.queues)
    if note is not None:
        return _sent(task_id, note, snapshot)
    if missing := unsearched(task_id, snapshot):
        return Reason(
            code="not_known",
            message=f"Where it is, is not known: {' and '.join(missing)} could not be searched.",
            params={"task": task_id, "queues": names, "unsearched": ", ".join(missing)},
        )
    return Reason(
        code="not_found",
        message="It is in no queue that was read, no worker is known to have it, "
        "and it did not finish recently.",
        params={"task": task_id, "queues": names},
        remedy="Check that it was sent (after the transaction committed), and to a queue in the list; "
        "name others in QUEUE_INSIGHT['QUEUES'].",
    )


def _finished(task: FinishedTask) -> Reason:
    at = instant(task.at)
    if task.outcome == "failed" and task.error.startswith(NOT_REGISTERED):
        return _unregistered(task, at)
    if task.outcome == UNOBSERVED:
        message = f"It ended before {at}: its worker no longer has it. How it ended is unknown."
    elif task.outcome in {"succeeded", "failed"}:
        message = f"It {task.outcome} at {at}."
    else:
        message = f"It was {task.outcome} at {at}."
    return Reason(
        code="finished",
        message=message,
        params={"task": task.id, "outcome": task.outcome, "at": at},
        remedy="Look at what it should have changed; the event of its end did not arrive."
        if task.outcome == UNOBSERVED
        else "",
    )


def _unregistered(task: FinishedTask, at: str) -> Reason:
    name = task.error.removeprefix(NOT_REGISTERED).rstrip(")").strip("'")
    return Reason(
        code="unregistered",
        message=f"Worker {task.worker} discarded it at {at}, because it has no task of the name {name!r}.",
        params={"task": task.id, "worker": task.worker, "name": name, "at": at},
        remedy="Give the workers of its queue the code that defines this task, then send it again.",
    )


def unsearched(task_id: str, snapshot: Snapshot) -> list[str]:
    """Return what could not be searched for a task: only a complete search says that it is not there."""
    missing = list(_unsearched_in_broker(snapshot))
    if not snapshot.fresh or (snapshot.asked_tasks is not None and task_id not in snapshot.asked_tasks):
        missing.append("the workers")
    elif any(note.code in {"tasks_evicted", "events_off", "events_lost"} for note in snapshot.notes):
        missing.append("some tasks of the workers")
    return missing


def searched_queue(task_id: str, queue: str, snapshot: Snapshot) -> SearchedQueue:
    """Return how far the queue was searched for a task that is not among those found."""
    places = {task.position for task in snapshot.queued if task.queue == queue}
    # Behind the first ones there may be others that were asked for and found.
    first = next(place for place in itertools.count() if place not in places)
    further = [each for each in snapshot.searched.get(task_id, ()) if each.name == queue]
    return max([SearchedQueue(name=queue, looked_at=first), *further], key=lambda each: each.looked_at)


def _unsearched_in_broker(snapshot: Snapshot) -> Iterator[str]:
    if not snapshot.broker_read:
        yield "the queues"
        return
    hidden = [q.name for q in snapshot.queues if q.depth is None or (q.depth and not snapshot.heads_read)]
    if hidden:
        more = f" and {len(hidden) - MAX_NAMED} more" if len(hidden) > MAX_NAMED else ""
        yield f"queue {', '.join(hidden[:MAX_NAMED])}{more}"
    if delayed := sum(each.count for each in snapshot.delayed_in_broker or ()):
        yield f"{count(delayed, 'task')} that the broker delays"
    if snapshot.unacked is None or snapshot.unacked_age_s is not None:
        yield "the delivered messages"
    elif snapshot.unacked > snapshot.unacked_read:
        yield f"{snapshot.unacked - snapshot.unacked_read} of {snapshot.unacked} delivered messages"


def _sent(task_id: str, note: SentNote, snapshot: Snapshot) -> Reason:
    queue, at = f" to queue {note.queue!r}" if note.queue else "", instant(note.sent_at)
    missing = unsearched(task_id, snapshot)
    where = (
        f"Where it is now is not known: {' and '.join(missing)} could not be searched."
        if missing
        else "It waits in no queue, and no worker is known to have it."
    )
    low, high = note.ahead or (None, None)
    if low is not None and high is not None:
        ahead = f"{low}" if low == high else f"{low} to {high}"
        where += f" If it still waits there, about {ahead} tasks are ahead of it."
    return Reason(
        code="sent",
        message=f"It was sent{queue} at {at}. {where}",
        params={
            "task": task_id,
            "queue": note.queue,
            "sent_at": at,
            "causal_id": note.causal_id,
            "ahead_low": low,
            "ahead_high": high,
            "unsearched": ", ".join(missing),
        },
        remedy="Look at what it should have changed: it may have finished, or waits where nobody can look.",
    )


def _maybe_deeper(task_id: str, queue: QueueState, searched: SearchedQueue, snapshot: Snapshot) -> Reason:
    note = snapshot.sent.get(task_id)
    sent = f"It was sent at {instant(note.sent_at)}. " if note else ""
    if searched.by_time:
        where = (
            f"It is not among the {searched.looked_at} of the {queue.depth} tasks in queue {queue.name!r} "
        )
        where += "that were sent about then; it may have left the queue."
        remedy = "Look at what it should have changed: it may have finished."
    else:
        where = f"It is not among the first {searched.looked_at} of the {queue.depth} tasks in queue "
        where += f"{queue.name!r}; it may be further back."
        remedy = SEND_WITH_HOOK
    return Reason(
        code="maybe_deeper",
        message=f"{sent}{where}",
        params={
            "task": task_id,
            "queue": queue.name,
            "depth": queue.depth,
            "read": searched.looked_at,
            "by_time": searched.by_time,
        },
        remedy=remedy,
    )
