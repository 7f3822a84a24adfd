"""Composes what a task and a run wait for: holders of a lock, a queue, its workers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from fsmlock.sentences import sentence
from timelapse.why.domain.links import Link, LinkKind, Remedy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from timelapse.why.domain.facts import Holder, Workers


def holder_links(holders: Iterable[Holder]) -> tuple[Link, ...]:
    """Return a link for each holder that is in the way."""
    return tuple(_holder(each) for each in holders)


def run_chain(*, subject: str, state: str, by: str, reason: str, since: datetime | None) -> tuple[Link, ...]:
    """Return what a run does or waits for; nothing for one that has succeeded or was cancelled."""
    who = by or sentence("Somebody")
    messages: Mapping[str, tuple[str, str, str]] = {
        "paused": (sentence("%(who)s paused it.", who=who), "resume", ""),
        "interrupted": (
            sentence("It was interrupted and goes on by itself: %(why)s", why=reason)
            if reason
            else "It was interrupted and goes on by itself.",
            "",
            "",
        ),
        "enqueued": ("It waits for a worker.", "", ""),
        "running": ("It is being done.", "request_cancel", "Ask it to stop"),
        "pausing": (
            sentence("%(who)s asked it to pause, which it does after the current item.", who=who),
            "",
            "",
        ),
        "cancelling": (
            sentence("%(who)s asked it to stop, which it does after the current item.", who=who),
            "",
            "",
        ),
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
    return sentence("Start a worker: celery -A timelapse.project.celery worker -E -Q %(queue)s", queue=queue)


def wait_or_start(queue: str) -> str:
    """Return what to do about workers that are late."""
    return sentence("Wait some seconds. %(otherwise)s", otherwise=start_worker(queue))


def _holder(holder: Holder) -> Link:
    facts = [
        sentence("started by %(who)s", who=holder.by) if holder.by else "",
        holder.work.so_far() if holder.work else "",
        sentence("%(who)s asked it to stop", who=holder.stop_requested_by)
        if holder.stop_requested_by
        else "",
    ]
    known = tuple(fact for fact in facts if fact)
    return Link(
        kind=LinkKind.HOLD,
        reason=Reason(
            code="held",
            message=sentence("%(doing)s first (%(facts)s).", doing=holder.doing, facts=known)
            if known
            else sentence("%(doing)s first.", doing=holder.doing),
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
    "expired": "It waited for longer than it may: a worker will discard it.",
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
        message = TASK_WORDS.get(reason.code) or _with_values(reason)
        seen_at = reason.params.get("last_seen_at") if reason.code in _OF_SILENT_WORKERS else None
        yield Link(
            kind=LinkKind.QUEUE if seen_at is None else LinkKind.WORKER,
            since=None if seen_at is None else datetime.fromisoformat(str(seen_at)),
            reason=Reason(
                code=reason.code, message=message, remedy=reason.remedy, params=dict(reason.params)
            ),
            detail=reason.message if message != reason.message else "",
        )


def _with_values(reason: Reason) -> str:
    """Return the queue's own words, so that they can be said in other languages as far as they are known."""
    values = reason.params
    at = str(values.get("at"))
    match reason.code, values.get("outcome"):
        case "not_due", _ if "eta" in values:
            return sentence("It is not due before %(at)s.", at=str(values["eta"]))
        case "tasks_ahead", _ if "ahead" in values:
            return sentence(
                "%(count)s task is ahead of it in queue '%(queue)s'.",
                "%(count)s tasks are ahead of it in queue '%(queue)s'.",
                count=int(values["ahead"] or 0),
                queue=str(values.get("queue")),
            )
        case "finished", "succeeded":
            return sentence("It succeeded at %(at)s.", at=at)
        case "finished", "failed":
            return sentence("It failed at %(at)s.", at=at)
    return reason.message


def worker_links(workers: Workers | None) -> Iterator[Link]:
    """Yield the one link about the workers of a queue; nothing where they are not known about."""
    if workers is None:
        return
    start_one = start_worker(workers.queue)
    since = workers.last_seen_at
    message: str
    remedy: str
    if workers.paused_since is not None:
        who = workers.paused_by or sentence("Somebody")
        code, since = "queue_paused", workers.paused_since
        message = sentence("%(who)s paused the queue “%(queue)s”.", who=who, queue=workers.queue)
        remedy = "Resume it, or ask an operator to."
    elif workers.count is None:
        code, message, remedy = "worker_unknown", "Whether a worker is there is not known.", start_one
    elif workers.count == 0:
        code, message, remedy = "no_worker", "No worker is there to do it.", start_one
    elif workers.are_late:
        code = "workers_late"
        message = sentence(
            "%(count)s worker has not reported in time.",
            "%(count)s workers have not reported in time.",
            count=workers.count,
        )
        remedy = wait_or_start(workers.queue)
    else:
        code, message, remedy = "workers_alive", _alive(workers.count, workers.running), ""
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


def _alive(workers: int, running: int) -> str:
    if workers == 1:
        is_busy = "A worker has reported and is busy."
        return sentence(is_busy if running else "A worker has reported and is ready.")
    return sentence(
        "%(workers)s workers have reported; %(count)s task runs.",
        "%(workers)s workers have reported; %(count)s tasks run.",
        workers=workers,
        count=running,
    )
