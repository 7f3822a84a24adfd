"""Composes what a task and a run wait for: holders of a lock, a queue, its workers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from timelapse.why.domain.links import Link, LinkKind, Remedy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from timelapse.why.domain.facts import Holder, Workers


def holder_links(holders: Iterable[Holder]) -> tuple[Link, ...]:
    """Return a link for each holder that is in the way."""
    return tuple(_holder(each) for each in holders)


def run_chain(*, subject: str, state: str, by: str, reason: str, since: datetime | None) -> tuple[Link, ...]:
    """Return what a run does or waits for; nothing for one that has succeeded or was cancelled."""
    messages = {
        "paused": (f"{by or 'Somebody'} paused it.", "resume", ""),
        "interrupted": (
            f"It was interrupted and goes on by itself{f': {reason}' if reason else '.'}",
            "",
            "",
        ),
        "enqueued": ("It waits for a worker.", "", ""),
        "running": ("It is being done.", "request_cancel", "Ask it to stop"),
        "pausing": (f"{by or 'Somebody'} asked it to pause, which it does after the current item.", "", ""),
        "cancelling": (f"{by or 'Somebody'} asked it to stop, which it does after the current item.", "", ""),
        "failed": (reason or "It failed without saying why.", "retry", ""),
    }
    if state not in messages:
        return ()
    message, transition, label = messages[state]
    action = Remedy(subject=subject, transition=transition, label=label) if transition else None
    kind = LinkKind.FAILURE if state == "failed" else LinkKind.STATE
    return (
        Link(
            kind=kind,
            reason=Reason(code=state, message=message, remedy=""),
            since=since,
            subject=subject,
            action=action,
        ),
    )


def task_chain(reasons: Iterable[Reason], workers: Workers | None) -> tuple[Link, ...]:
    """Return why a task is not running; one link for a task that runs, which has no reasons."""
    found = tuple(reasons)
    if not found:
        runs = Reason(code="running", message="A worker runs it.", remedy="")
        return (Link(kind=LinkKind.PROGRESS, reason=runs),)
    return (*task_links(found, workers), *worker_links(workers))


def start_worker(queue: str) -> str:
    """Return what starts a worker of a queue."""
    return f"Start a worker: celery -A timelapse.project.celery worker -E -Q {queue}"


def _holder(holder: Holder) -> Link:
    facts = [
        f"started by {holder.by}" if holder.by else "",
        holder.work.so_far() if holder.work else "",
        f"{holder.stop_requested_by} asked it to stop" if holder.stop_requested_by else "",
    ]
    facts_in_words = ", ".join(fact for fact in facts if fact)
    return Link(
        kind=LinkKind.HOLD,
        reason=Reason(
            code="held",
            message=f"{holder.doing} first{f' ({facts_in_words})' if facts_in_words else ''}.",
            remedy="" if holder.stop else "It ends by itself.",
            params={"by": holder.by},
        ),
        since=holder.since,
        subject=holder.subject,
        action=None if holder.stop_requested_by else holder.stop,
        detail=holder.detail,
    )


#: What people read of each reason why a task is not running; empty: the queue's own words.
TASK_WORDS: Final[Mapping[str, str]] = {
    "about_to_start": "A worker is about to take it.",
    "end_not_known": "The worker that had it has ended, and whether it finished is not known.",
    "finished": "",
    "handed_out": "",
    "maybe_deeper": "",
    "next": "It is the next of its queue, and no worker is known to be there.",
    "no_worker": "No worker is there to do it.",
    "not_due": "",
    "not_found": "It waits in no queue, no worker has it, and it did not finish recently.",
    "not_known": "",
    "paused": "",
    "prefetch_blocked": "Its workers keep tasks for later, and probably take no other before then.",
    "rate_limited": "Its worker starts only so many tasks of its kind in a time.",
    "reserved": "A worker has taken it and finishes something else first.",
    "revoked": "It was cancelled in the queue: a worker will discard it.",
    "sent": "",
    "tasks_ahead": "",
    "unregistered": "A worker discarded it, because its code does not know this kind of task.",
    "worker_gone": "The worker that had it is gone.",
    "worker_unknown": "Whether a worker is there is not known.",
    "workers_busy": "All workers of its queue are busy.",
    "workers_idle": "A worker of its queue is there, and is not known to do anything.",
    "workers_late": "Its worker has not reported in time.",
}
#: About a worker that has the task and is silent.
_OF_SILENT_WORKERS: Final = frozenset({"handed_out", "worker_silent"})
#: Said by the link about the workers.
_OF_WORKERS: Final = frozenset({"no_worker", "paused", "worker_unknown", "workers_late", "workers_busy"})


def task_links(reasons: Iterable[Reason], workers: Workers | None) -> Iterator[Link]:
    """Yield why a task is not running. What the link about the workers says is left to that."""
    for reason in reasons:
        if workers is not None and reason.code in _OF_WORKERS:
            continue
        message = TASK_WORDS.get(reason.code) or reason.message
        seen_at = reason.params.get("last_seen_at") if reason.code in _OF_SILENT_WORKERS else None
        yield Link(
            kind=LinkKind.QUEUE if seen_at is None else LinkKind.WORKER,
            since=None if seen_at is None else datetime.fromisoformat(str(seen_at)),
            reason=Reason(
                code=reason.code, message=message, remedy=reason.remedy, params=dict(reason.params)
            ),
            detail=reason.message if message != reason.message else "",
        )


def worker_links(workers: Workers | None) -> Iterator[Link]:
    """Yield the one link about the workers of a queue; nothing where they are not known about."""
    if workers is None:
        return
    start_one = start_worker(workers.queue)
    since = workers.last_seen_at
    if workers.paused_since is not None:
        code, message = "queue_paused", f"{workers.paused_by} paused the queue “{workers.queue}”."
        remedy, since = "Resume it, or ask an operator to.", workers.paused_since
    elif workers.count is None:
        code, message, remedy = "worker_unknown", "Whether a worker is there is not known.", start_one
    elif workers.count == 0:
        code, message, remedy = "no_worker", "No worker is there to do it.", start_one
    elif workers.are_late:
        code, message = "workers_late", f"{_count(workers)} not reported in time."
        remedy = f"Wait some seconds. {start_one}"
    else:
        doing = "busy" if workers.running else "ready"
        code, message, remedy = "workers_alive", f"{_count(workers)} reported and is {doing}.", ""
        if workers.count != 1:
            message = f"{workers.count} workers have reported; {workers.running} tasks run."
    yield Link(
        kind=LinkKind.QUEUE if code == "queue_paused" else LinkKind.WORKER,
        reason=Reason(
            code=code,
            message=message,
            remedy=remedy,
            params={"queue": workers.queue, "workers": workers.count, "running": workers.running},
        ),
        since=since,
        action=resume_queue(workers),
        detail=workers.detail,
    )


def resume_queue(workers: Workers) -> Remedy | None:
    """Return what ends the pause of a queue; None if it isn't paused."""
    if not workers.pause:
        return None
    return Remedy(subject=workers.pause, transition="resume", label="Resume the queue")


def _count(workers: Workers) -> str:
    return "1 worker has" if workers.count == 1 else f"{workers.count} workers have"
