"""Explains from one snapshot why a task is not running yet. Pure."""

from __future__ import annotations

from datetime import timedelta
from shlex import quote
from typing import TYPE_CHECKING

from queue_insight import handing_out
from queue_insight.absence import MAX_NAMED, absence
from queue_insight.blocking import blocked
from queue_insight.reasons import Reason, count, instant
from queue_insight.snapshot import TaskState, WorkerState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from queue_insight.snapshot import Pause, QueueState, Snapshot, TaskInfo

#: What has happened is in what workers say of themselves after two inspections at the latest.
INSPECTED_WITHIN = timedelta(seconds=25)
#: By whether the broker still holds the message; None: unknown.
REDELIVERED = {True: "yes", False: "no", None: None}
SOLO = "A worker of the solo pool sends nothing while it runs a task: it works, or look at its log."
LOST = {
    False: "The broker no longer holds it, so it is not redelivered. It may have done part of its work: "
    "look at what it changed before you send it again. Tasks that may run twice can set acks_late.",
    None: "Whether the broker still holds it, and so redelivers it, is unknown: not all of its "
    "unacknowledged messages were read. A task with acks_late is redelivered, another one is not.",
}
PREFETCH = (
    "Long tasks should wait in the queue, where any worker can take them: set worker_prefetch_multiplier "
    "to 1, and acks_late for those that may run twice, as they then do when their worker is lost."
)
LOOK_FIRST = {
    False: "Look at what it should have changed before you send it again: it may have finished, "
    "and sending it again does it twice. A result backend would answer this.",
    None: "Look at what it should have changed before you send it again: it may have finished, "
    "or be redelivered by the broker.",
}


def diagnose(task_id: str, snapshot: Snapshot) -> tuple[Reason, ...]:
    """Return why this task is not running, most important reason first; empty when it runs.

    What the snapshot does not know follows as further reasons (`snapshot.notes`).
    """
    task = snapshot.find(task_id)
    if task is None:
        return (absence(task_id, snapshot), *snapshot.notes)
    if task.state is TaskState.RUNNING:
        return tuple(_again(task, snapshot)) if snapshot.fresh else snapshot.notes
    return (*_reasons(task, snapshot), *snapshot.notes)


def _again(task: TaskInfo, snapshot: Snapshot) -> Iterator[Reason]:
    """Yield that a running task waits in its queue, too."""
    for note in snapshot.notes:
        if note.code == "redelivered" and note.params.get("task") == task.id:
            yield note


def _reasons(task: TaskInfo, snapshot: Snapshot) -> Iterable[Reason]:
    match task.state:
        case TaskState.QUEUED:
            return _queued(task, snapshot)
        case TaskState.HANDED_OUT:
            return (handing_out.reason(task, snapshot),)
        case TaskState.RESERVED:
            return (_reserved(task, snapshot),)
        case TaskState.RUNNING:
            return ()
        case TaskState.LOST:
            return (_lost(task, snapshot),)
        case TaskState.UNKNOWN:
            return (_unobserved_end(task, snapshot),)


def _lost(task: TaskInfo, snapshot: Snapshot) -> Reason:
    worker = snapshot.worker(task.worker)
    silent_s = None
    how = "was stopped or replaced while it had this task"
    if worker is not None and worker.state is WorkerState.GONE and snapshot.collected_at is not None:
        silent_s = round((snapshot.collected_at - worker.last_seen_at).total_seconds(), 1)
        how = f"is gone: it was last seen at {instant(worker.last_seen_at)}"
    back_by = redelivered_by(task, snapshot) if task.unacked else None
    return Reason(
        code="worker_gone",
        message=f"Its worker {task.worker} {how}.",
        params={
            "task": task.id,
            "worker": task.worker,
            "silent_s": silent_s,
            "redelivered": REDELIVERED[task.unacked],
            "back_by": None if back_by is None else instant(back_by),
        },
        remedy=f"The broker holds it unacknowledged: {_redelivery(task, snapshot)}"
        if task.unacked
        else LOST[task.unacked],
    )


def redelivered_by(task: TaskInfo, snapshot: Snapshot) -> datetime | None:
    """Return when the broker redelivers an unacknowledged task at the latest; None if that is not known."""
    # A task was delivered before it started.
    delivered_at = task.delivered_at or task.started_at
    if delivered_at is None or snapshot.visibility_timeout_s is None:
        return None
    return delivered_at + timedelta(seconds=snapshot.visibility_timeout_s)


def _redelivery(task: TaskInfo, snapshot: Snapshot) -> str:
    timeout_s, by = snapshot.visibility_timeout_s, redelivered_by(task, snapshot)
    if timeout_s is None:
        return "it redelivers it when the connection of its worker ends."
    if by is None:
        return f"it comes back within {timeout_s:g} s of its delivery (the visibility timeout)."
    if by > snapshot.at:
        return f"it comes back by {instant(by)} (the visibility timeout), if any worker of this broker runs."
    return f"it was to come back by {instant(by)}. Running workers see to that: start one, of any queue."


def _unobserved_end(task: TaskInfo, snapshot: Snapshot) -> Reason:
    worker = snapshot.worker(task.worker)
    offline = worker is not None and worker.state is WorkerState.OFFLINE
    how = (
        "shut down while it had this task; a worker finishes its running tasks first, without a further event"
        if offline
        else "ended while its events did not arrive completely"
    )
    return Reason(
        code="end_not_known",
        message=f"Its worker {task.worker} {how}. Whether the task finished is not known.",
        params={
            "task": task.id,
            "worker": task.worker,
            "redelivered": REDELIVERED[task.unacked],
        },
        remedy=f"The broker still holds it, even if it finished: {_redelivery(task, snapshot)} "
        "Make running it twice harmless."
        if task.unacked
        else LOOK_FIRST[task.unacked],
    )


def _reserved(task: TaskInfo, snapshot: Snapshot) -> Reason:
    if discarded := _discarded(task, snapshot):
        return discarded
    if not_due := _not_due(task, snapshot):
        return not_due
    if task.worker is None:
        return _delivered(task, snapshot)
    worker = snapshot.worker(task.worker)
    if worker is not None and (rate := worker.rate_limits.get(task.name)):
        return _rate_limited(task, rate, snapshot)
    return _prefetched(task, task.worker, snapshot)


def is_stray(task: TaskInfo, snapshot: Snapshot) -> bool:
    """Return whether a task was delivered and no worker that is asked has it."""
    return (
        task.state is TaskState.RESERVED
        and task.worker is None
        and task.delivered_at is not None
        and snapshot.fresh
        and snapshot.at - task.delivered_at > INSPECTED_WITHIN
        and not _may_be_at_solo(snapshot)
    )


def _may_be_at_solo(snapshot: Snapshot) -> bool:
    """Return whether a worker runs that says nothing of its tasks while it works."""
    ended = {WorkerState.GONE, WorkerState.OFFLINE}
    return any(worker.is_solo and worker.state not in ended for worker in snapshot.workers)


def _delivered(task: TaskInfo, snapshot: Snapshot) -> Reason:
    """Return what is known of a delivered task of which no worker is known to have it."""
    message = "A worker has received it; which one, and whether it has started, is unknown."
    remedy = ""
    if not snapshot.fresh:
        remedy = "Start the collector, and workers with events on (-E)."
    elif task.delivered_at is not None and is_stray(task, snapshot):
        message = (
            f"The broker delivered it at {instant(task.delivered_at)}, and no worker is known to have it: "
            "its worker has probably ended, and it may have done part of its work, or all of it."
        )
        remedy = f"The broker holds it unacknowledged: {_redelivery(task, snapshot)}"
    elif _may_be_at_solo(snapshot):
        remedy = SOLO
    return Reason(
        code="reserved",
        message=message,
        params={"task": task.id, "worker": None, "running": None},
        remedy=remedy,
    )


def _prefetched(task: TaskInfo, worker: str, snapshot: Snapshot) -> Reason:
    running = snapshot.running_by_worker()
    busy = running.get(worker, 0)
    params: dict[str, str | int | float | None] = {"task": task.id, "worker": worker, "running": busy}
    if not busy:
        return Reason(
            code="about_to_start",
            message=f"Worker {worker} has received it and is not known to run anything: "
            "it should start it at once.",
            params=params,
            remedy="If it doesn't, look at the worker's log.",
        )
    free = [
        each.name
        for each in snapshot.workers
        if each.state is WorkerState.ONLINE
        and task.queue in (each.queues or ())
        and running.get(each.name, 0) < (each.slots or 0)
    ]
    verb = "has" if len(free) == 1 else "have"
    others = f", while {named(free)} {verb} free slots" if free and worker not in free else ""
    return Reason(
        code="reserved",
        message=f"Worker {worker} has received it and is busy with {count(busy, 'other task')}{others}.",
        params=params,
        remedy=PREFETCH,
    )


def _discarded(task: TaskInfo, snapshot: Snapshot) -> Reason | None:
    return _revoked(task) if task.revoked else _expired(task, snapshot)


def _revoked(task: TaskInfo) -> Reason:
    return Reason(
        code="revoked",
        message="It was revoked: it will not run. A worker discards it when its turn comes.",
        params={"task": task.id, "worker": task.worker},
    )


def _rate_limited(task: TaskInfo, rate: str, snapshot: Snapshot) -> Reason:
    waiting = sum((each.worker, each.name) == (task.worker, task.name) for each in snapshot.queued)
    # Of those that were not read the name is not known.
    least = "at least " if snapshot.asked_tasks is not None else ""
    return Reason(
        code="rate_limited",
        message=f"Worker {task.worker} starts {task.name} at most {rate}; "
        f"{least}{count(waiting, 'such task')} {'waits' if waiting == 1 else 'wait'} there.",
        params={"task": task.id, "worker": task.worker, "rate": rate, "waiting": waiting},
        remedy=f"Raise the limit: celery -A <project> control rate_limit {quote(task.name)} <rate>",
    )


def _not_due(task: TaskInfo, snapshot: Snapshot) -> Reason | None:
    if task.eta is None or task.eta <= snapshot.at:
        return None
    retry = f"Its attempt before did not succeed: this is retry {task.retries}. " if task.retries else ""
    return Reason(
        code="not_due",
        message=f"{retry}It is not due before {instant(task.eta)}.",
        params={"task": task.id, "eta": instant(task.eta), "retries": task.retries},
    )


def _expired(task: TaskInfo, snapshot: Snapshot) -> Reason | None:
    if task.expires is None or task.expires > snapshot.at:
        return None
    return Reason(
        code="expired",
        message=f"It expired at {instant(task.expires)}: it will not run. "
        "A worker discards it when its turn comes.",
        params={"task": task.id, "expires": instant(task.expires)},
        remedy="Send it anew if it is still needed.",
    )


def _queued(task: TaskInfo, snapshot: Snapshot) -> Iterator[Reason]:
    queue = snapshot.queue(task.queue)
    if discarded := _discarded(task, snapshot):
        yield discarded
    if not_due := _not_due(task, snapshot):
        yield not_due
    if queue is not None:
        yield from _nobody(queue, snapshot)
    if task.position:
        verb = "is" if task.position == 1 else "are"
        yield Reason(
            code="tasks_ahead",
            message=f"{count(task.position, 'task')} {verb} ahead of it in queue {task.queue!r}.",
            params={
                "task": task.id,
                "queue": task.queue,
                "ahead": task.position,
                "drain_s": queue.drain.median_s if queue else None,
            },
        )
    if queue is not None and queue.workers:
        # A task that is not due is taken by a worker, which keeps it until then.
        if not not_due:
            yield blocked(queue, snapshot) or _busy(queue, snapshot, ahead=task.position or 0)
    elif queue is not None and queue.workers is None and task.position == 0:
        yield Reason(
            code="next",
            message=f"It is the next in queue {task.queue!r}; no worker is known to listen to that queue.",
            params={"task": task.id, "queue": task.queue},
            remedy=f"Start one: celery -A <project> worker -E -Q {quote(task.queue)}",
        )


def _nobody(queue: QueueState, snapshot: Snapshot) -> Iterator[Reason]:
    """Yield that the queue was paused, or else that no worker is there."""
    if queue.name in snapshot.paused:
        yield paused(queue, snapshot.paused[queue.name], snapshot.at)
    elif queue.workers == ():
        yield _no_worker(queue, snapshot)


def paused(queue: QueueState, pause: Pause, now: datetime) -> Reason:
    """Return who paused a queue, and which workers take from it all the same."""
    # What those consume that stopped then is known by the next inspection.
    stopped = pause.workers if now - pause.since < INSPECTED_WITHIN else ()
    takers = named([name for name in queue.workers or () if name not in stopped])
    still = f" By the last inspection of the workers, it is still consumed by {takers}." if takers else ""
    return Reason(
        code="paused",
        message=f"Queue {queue.name!r} was paused by {pause.by} at {instant(pause.since)}.{still}",
        params={"queue": queue.name, "by": pause.by, "since": instant(pause.since)},
        remedy="Resume it on the queue's page.",
    )


def named(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - MAX_NAMED} more" if names[MAX_NAMED:] else ""
    return ", ".join(names[:MAX_NAMED]) + more


def _no_worker(queue: QueueState, snapshot: Snapshot) -> Reason:
    former = [worker for worker in snapshot.workers if queue.name in (worker.queues or ())]
    unknown = any(worker.state is WorkerState.UNKNOWN for worker in former)
    names = named([worker.name for worker in former])
    until = instant(max(worker.last_seen_at for worker in former)) if former else None
    if unknown:
        message = f"Whether {names} still listens to queue {queue.name!r} is unknown."
    elif former:
        message = f"No worker listens to queue {queue.name!r} any more; {names} did until {until}."
    else:
        message = f"No worker listens to queue {queue.name!r}."
    return Reason(
        code="worker_unknown" if unknown else "no_worker",
        message=message,
        params={"queue": queue.name, "former": names or None, "until": until},
        remedy=f"Start one: celery -A <project> worker -E -Q {quote(queue.name)}",
    )


def _busy(queue: QueueState, snapshot: Snapshot, *, ahead: int) -> Reason:
    listening = set(queue.workers or ())
    tasks = [t for t in snapshot.running if t.worker in listening and t.state is TaskState.RUNNING]
    running = sum(number for name, number in snapshot.running_by_worker().items() if name in listening)
    names = ", ".join(sorted({task.name for task in tasks if task.name})[:3])
    verb = "listens" if len(listening) == 1 else "listen"
    workers = [worker for worker in snapshot.workers if worker.name in listening]
    seen_at = instant(max(worker.last_seen_at for worker in workers)) if workers else None
    age = f" (last seen {seen_at})" if seen_at else ""
    who = f"{count(len(listening), 'worker')} {verb} to queue {queue.name!r}{age}"
    params: dict[str, str | int | float | None] = {
        "queue": queue.name,
        "workers": len(listening),
        "running": running,
        "last_seen_at": seen_at,
    }
    if workers and all(worker.state is WorkerState.LATE for worker in workers):
        return Reason(
            code="workers_late",
            message=f"{who}, but no heartbeat came in time.",
            params=params,
            remedy=SOLO
            if any(worker.is_solo for worker in workers)
            else "Look at the worker's log if none comes within seconds: it hangs, or can't be reached.",
        )
    if ahead and not running:
        return Reason(
            code="workers_idle",
            message=f"{who}, and is not known to run anything."
            if len(listening) == 1
            else f"{who}, and are not known to run anything.",
            params=params,
            remedy="Unless it was just started, look whether it sends events (-E), and at its log.",
        )
    return Reason(
        code="workers_busy" if running else "about_to_start",
        message=f"{who}, busy with {count(running, 'task')}{f' ({names})' if names else ''}."
        if running
        else f"{who} and should start it at once.",
        params=params,
        remedy="More workers, or more slots in them (--concurrency), shorten the wait." if running else "",
    )
