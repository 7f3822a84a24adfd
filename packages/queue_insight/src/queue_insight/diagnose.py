"""Why is a task not running yet? Pure: everything comes from one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.reasons import Reason
from queue_insight.snapshot import QueueState, Snapshot, TaskInfo, TaskState, WorkerState

if TYPE_CHECKING:
    from collections.abc import Iterator


def diagnose(task_id: str, snapshot: Snapshot) -> tuple[Reason, ...]:
    """Return why this task is not running, the weightiest reason first; empty when it runs.

    When the snapshot itself is incomplete, what it does not know follows as further reasons.
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
            return (*_reserved(task, snapshot), *snapshot.notes)
        case TaskState.QUEUED:
            return (*_queued(task, snapshot), *snapshot.notes)


def _absent(task_id: str, snapshot: Snapshot) -> Reason:
    for ended in snapshot.ended:
        if ended.id == task_id:
            return Reason(
                code="ended",
                message=f"It {ended.outcome} at {ended.at:%H:%M:%S} UTC.",
                params={"task": task_id, "outcome": ended.outcome, "at": ended.at.isoformat()},
            )
    looked_at = {
        q.name: sum(t.queue == q.name and t.position is not None for t in snapshot.queued)
        for q in snapshot.queues
    }
    deeper = {q.name: q.depth for q in snapshot.queues if q.depth > looked_at[q.name]}
    if deeper:
        first, depth = max(deeper.items(), key=lambda item: item[1])
        return Reason(
            code="maybe_further_back",
            message=f"It is not among the first {looked_at[first]} of the {depth} tasks in queue {first!r}; "
            "it may be further back.",
            params={"task": task_id, "queue": first, "depth": depth, "looked_at": looked_at[first]},
            remedy="Raise QUEUE_INSIGHT['PEEK'] to look deeper.",
        )
    return Reason(
        code="not_found",
        message="It is in no queue that is looked at, no worker has it, and it did not end a short while ago.",
        params={"task": task_id, "queues": ", ".join(queue.name for queue in snapshot.queues)},
        remedy="Check that it was sent (after the transaction committed), and to a queue in the list; "
        "name others in QUEUE_INSIGHT['QUEUES'].",
    )


def _lost(task: TaskInfo, snapshot: Snapshot) -> Reason:
    worker = snapshot.worker(task.worker)
    silent_s = None
    if worker is not None and worker.state is WorkerState.GONE and snapshot.collected_at is not None:
        silent_s = round((snapshot.collected_at - worker.seen_at).total_seconds(), 1)
    how = (
        "was stopped or replaced"
        if silent_s is None
        else f"is gone: nothing was heard of it for {silent_s:g} s"
    )
    return Reason(
        code="worker_gone",
        message=f"Its worker {task.worker} {how}.",
        params={
            "task": task.id,
            "worker": task.worker,
            "silent_s": silent_s,
            "unacked": str(task.unacked).lower(),
        },
        remedy="The broker still has it unacknowledged and delivers it again when the visibility timeout passes."
        if task.unacked
        else "It was acknowledged before it ran, so it does not come back: send it again. "
        "Tasks that may run twice can set acks_late.",
    )


def _reserved(task: TaskInfo, snapshot: Snapshot) -> Iterator[Reason]:
    if task.eta is not None and task.eta > snapshot.at:
        yield Reason(
            code="not_due",
            message=f"It is not due before {task.eta:%Y-%m-%d %H:%M:%S} UTC.",
            params={"task": task.id, "eta": task.eta.isoformat()},
        )
        return
    busy = sum(t.worker == task.worker and t.state is TaskState.RUNNING for t in snapshot.running)
    who = f"Worker {task.worker}" if task.worker else "A worker"
    yield Reason(
        code="reserved",
        message=f"{who} has taken it and is busy with {busy} other task{'' if busy == 1 else 's'}."
        if task.worker
        else f"{who} has taken it; which one, and what it is busy with, was not heard.",
        params={"task": task.id, "worker": task.worker, "running": busy if task.worker else None},
        remedy="Long tasks should not be taken ahead: set worker_prefetch_multiplier = 1 and acks_late.",
    )


def _queued(task: TaskInfo, snapshot: Snapshot) -> Iterator[Reason]:
    queue = snapshot.queue(task.queue)
    if queue is not None and queue.workers == ():
        yield _nobody_listens(queue, snapshot)
    if task.position:
        drain = (
            ""
            if queue is None or queue.drain_s is None
            else f"; the whole queue takes about {queue.drain_s:.0f} s"
        )
        yield Reason(
            code="tasks_before",
            message=f"{task.position} task{' is' if task.position == 1 else 's are'} before it "
            f"in queue {task.queue!r}{drain}.",
            params={"task": task.id, "queue": task.queue, "before": task.position},
        )
    if queue is not None and queue.workers:
        yield _busy(queue, snapshot)
    if task.position == 0 and queue is not None and queue.workers is None:
        yield Reason(
            code="next",
            message=f"It is the next of queue {task.queue!r}; whether any worker listens to that is not known.",
            params={"task": task.id, "queue": task.queue},
            remedy="Start a worker, or the collector, which asks the workers: manage.py queue_insight collect.",
        )


def _nobody_listens(queue: QueueState, snapshot: Snapshot) -> Reason:
    gone = [
        w.name
        for w in snapshot.workers
        if queue.name in (w.queues or ()) and w.state is not WorkerState.UNKNOWN
    ]
    unknown = [
        w.name for w in snapshot.workers if queue.name in (w.queues or ()) and w.state is WorkerState.UNKNOWN
    ]
    if unknown:
        message = f"Whether {', '.join(unknown)} still listens to queue {queue.name!r} is not known."
    elif gone:
        message = f"No worker listens to queue {queue.name!r} any more: {', '.join(gone)} is gone."
    else:
        message = f"No worker listens to queue {queue.name!r}."
    return Reason(
        code="workers_unknown" if unknown else "no_worker",
        message=message,
        params={"queue": queue.name, "gone": ", ".join(gone) or None},
        remedy=f"Start one: celery -A <project> worker -E -Q {queue.name}",
    )


def _busy(queue: QueueState, snapshot: Snapshot) -> Reason:
    listening = set(queue.workers or ())
    tasks = [t for t in snapshot.running if t.worker in listening and t.state is TaskState.RUNNING]
    names = ", ".join(sorted({task.name for task in tasks if task.name})[:3])
    busy_with = (
        f" busy with {len(tasks)} task{'' if len(tasks) == 1 else 's'} ({names})"
        if tasks
        else " about to take one"
    )
    return Reason(
        code="workers_busy" if tasks else "about_to_start",
        message=f"{len(listening)} worker{' listens' if len(listening) == 1 else 's listen'} to queue {queue.name!r},{busy_with}.",
        params={"queue": queue.name, "workers": len(listening), "running": len(tasks)},
        remedy="More workers, or more of their slots (--concurrency), shorten the wait." if tasks else "",
    )
