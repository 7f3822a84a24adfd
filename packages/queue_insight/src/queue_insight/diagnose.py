"""Why is a task not running yet? Pure: everything comes from one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.reasons import Reason
from queue_insight.snapshot import TaskState, WorkerState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from queue_insight.snapshot import QueueState, Snapshot, TaskInfo

COMES_BACK = {
    True: "The broker has it unacknowledged and delivers it again after the visibility timeout.",
    False: "The broker no longer has it, so it does not come back: send it again. "
    "Tasks that may run twice can set acks_late.",
    None: "Whether the broker still has it is not known: it holds more messages than were looked at "
    "(QUEUE_INSIGHT['PEEK']), or could not be asked.",
}


def diagnose(task_id: str, snapshot: Snapshot) -> tuple[Reason, ...]:
    """Return why this task is not running, the weightiest reason first; empty when it runs.

    What the snapshot itself does not know follows as further reasons (`snapshot.notes`).
    """
    task = snapshot.find(task_id)
    if task is None:
        return (_absent(task_id, snapshot), *snapshot.notes)
    match task.state:
        case TaskState.RUNNING:
            return () if snapshot.fresh else snapshot.notes
        case TaskState.LOST:
            return (_lost(task, snapshot), *snapshot.notes)
        case TaskState.RESERVED:
            return (_reserved(task, snapshot), *snapshot.notes)
        case TaskState.QUEUED:
            return (*_queued(task, snapshot), *snapshot.notes)


def _absent(task_id: str, snapshot: Snapshot) -> Reason:
    for ended in snapshot.ended:
        if ended.id == task_id:
            return Reason(
                code="ended",
                message=f"It has {ended.outcome} at {ended.at:%H:%M:%S} UTC."
                if ended.outcome in {"succeeded", "failed"}
                else f"It was {ended.outcome} at {ended.at:%H:%M:%S} UTC.",
                params={"task": task_id, "outcome": ended.outcome, "at": ended.at.isoformat()},
            )
    for queue in snapshot.queues:
        looked_at = sum(t.queue == queue.name and t.position is not None for t in snapshot.queued)
        if queue.depth > looked_at:
            return _maybe_further_back(task_id, queue, looked_at)
    return Reason(
        code="not_found",
        message="It is in no queue that is looked at, no worker is known to have it, "
        "and it did not end a short while ago.",
        params={"task": task_id, "queues": ", ".join(queue.name for queue in snapshot.queues)},
        remedy="Check that it was sent (after the transaction committed), and to a queue in the list; "
        "name others in QUEUE_INSIGHT['QUEUES'].",
    )


def _maybe_further_back(task_id: str, queue: QueueState, looked_at: int) -> Reason:
    return Reason(
        code="maybe_further_back",
        message=f"It is not among the first {looked_at} of the {queue.depth} tasks in queue {queue.name!r}; "
        "it may be further back.",
        params={"task": task_id, "queue": queue.name, "depth": queue.depth, "looked_at": looked_at},
        remedy="Raise QUEUE_INSIGHT['PEEK'] to look deeper.",
    )


def _lost(task: TaskInfo, snapshot: Snapshot) -> Reason:
    worker = snapshot.worker(task.worker)
    silent_s = None
    how = "was stopped or replaced while it had this task"
    if worker is not None and worker.state is WorkerState.GONE and snapshot.collected_at is not None:
        silent_s = round((snapshot.collected_at - worker.seen_at).total_seconds(), 1)
        how = f"is gone: nothing was heard of it for {silent_s:g} s"
    return Reason(
        code="worker_gone",
        message=f"Its worker {task.worker} {how}.",
        params={
            "task": task.id,
            "worker": task.worker,
            "silent_s": silent_s,
            "comes_back": {True: "yes", False: "no", None: None}[task.unacked],
        },
        remedy=COMES_BACK[task.unacked],
    )


def _reserved(task: TaskInfo, snapshot: Snapshot) -> Reason:
    if task.eta is not None and task.eta > snapshot.at:
        return Reason(
            code="not_due",
            message=f"It is not due before {task.eta:%Y-%m-%d %H:%M:%S} UTC.",
            params={"task": task.id, "eta": task.eta.isoformat()},
        )
    if task.worker is None:
        return Reason(
            code="reserved",
            message="A worker has taken it; which one, and whether it has begun, was not heard.",
            params={"task": task.id, "worker": None, "running": None},
            remedy="Start the collector, and workers with events on (-E).",
        )
    busy = sum(t.worker == task.worker and t.state is TaskState.RUNNING for t in snapshot.running)
    return Reason(
        code="reserved",
        message=f"Worker {task.worker} has taken it and is busy with {_count(busy, 'other task')}.",
        params={"task": task.id, "worker": task.worker, "running": busy},
        remedy="Long tasks are best not taken ahead: set worker_prefetch_multiplier = 1 and acks_late.",
    )


def _queued(task: TaskInfo, snapshot: Snapshot) -> Iterator[Reason]:
    queue = snapshot.queue(task.queue)
    if queue is not None and queue.workers == ():
        yield _nobody_listens(queue, snapshot)
    if task.position:
        verb = "is" if task.position == 1 else "are"
        yield Reason(
            code="tasks_before",
            message=f"{_count(task.position, 'task')} {verb} before it in queue {task.queue!r}.",
            params={
                "task": task.id,
                "queue": task.queue,
                "before": task.position,
                "drain_s": queue.drain_s if queue else None,
            },
        )
    if queue is not None and queue.workers:
        yield _busy(queue, snapshot)
    elif queue is not None and queue.workers is None and not task.position:
        yield Reason(
            code="next",
            message=f"It is the next of queue {task.queue!r}; no worker is known to listen to that.",
            params={"task": task.id, "queue": task.queue},
            remedy=f"Start one: celery -A <project> worker -E -Q {task.queue}",
        )


def _nobody_listens(queue: QueueState, snapshot: Snapshot) -> Reason:
    once = [worker for worker in snapshot.workers if queue.name in (worker.queues or ())]
    unknown = any(worker.state is WorkerState.UNKNOWN for worker in once)
    names = ", ".join(worker.name for worker in once)
    if unknown:
        message = f"Whether {names} still listens to queue {queue.name!r} is not known."
    elif once:
        message = f"No worker listens to queue {queue.name!r} any more; {names} did and is gone."
    else:
        message = f"No worker listens to queue {queue.name!r}."
    return Reason(
        code="worker_unknown" if unknown else "no_worker",
        message=message,
        params={"queue": queue.name, "once": names or None},
        remedy=f"Start one: celery -A <project> worker -E -Q {queue.name}",
    )


def _busy(queue: QueueState, snapshot: Snapshot) -> Reason:
    listening = set(queue.workers or ())
    tasks = [t for t in snapshot.running if t.worker in listening and t.state is TaskState.RUNNING]
    names = ", ".join(sorted({task.name for task in tasks if task.name})[:3])
    verb = "listens" if len(listening) == 1 else "listen"
    who = f"{_count(len(listening), 'worker')} {verb} to queue {queue.name!r}"
    return Reason(
        code="workers_busy" if tasks else "about_to_start",
        message=f"{who}, busy with {_count(len(tasks), 'task')} ({names})."
        if tasks
        else f"{who} and should take it at once.",
        params={"queue": queue.name, "workers": len(listening), "running": len(tasks)},
        remedy="More workers, or more slots in them (--concurrency), shorten the wait." if tasks else "",
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
