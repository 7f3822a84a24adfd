"""Says of an unfinished movie where its task is, who has it, and what happens next. Pure.

What is known of the task is queue_insight's; this adds what this app does about a task that stays away.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from fsmlock.sentences import sentence
from queue_insight import TaskState, WorkerState, diagnose
from timelapse.rendering.domain import RESEND_AFTER

if TYPE_CHECKING:
    from datetime import datetime

    from fsmlock import HoldInfo
    from queue_insight import Reason as QueueReason
    from queue_insight import Snapshot
    from queue_insight.snapshot import WorkerInfo
    from timelapse.rendering.models import Movie

#: A task sent less than this ago may be between queue and worker, where it can't be observed.
IN_TRANSIT: Final = timedelta(seconds=2)
#: How much later than it is due a task may be sent again, by a periodic task that waits for a worker, too.
_RESENT_WITHIN: Final = timedelta(seconds=15)
#: What the queue says of a task that is sent again unless it comes back.
_AWAY: Final = frozenset({"handed_out", "worker_gone", "end_not_known", "sent", "not_found", "finished"})
#: What happens to it next, and if that is late; and after what its worker may still do.
_AGAIN: Final = "It is sent again soon after %(at)s."
_LATE: Final = (
    "It should have been sent again soon after %(at)s: look whether beat runs, and a worker of the queue "
    "“chores”."
)
_OTHERWISE: Final = "If that worker goes on, it begins. Otherwise it is sent again soon after %(at)s."
_OTHERWISE_LATE: Final = (
    "If that worker goes on, it begins. Otherwise it should have been sent again soon after %(at)s: look "
    "whether beat runs, and a worker of the queue “chores”."
)
_SILENT: Final = (WorkerState.LATE, WorkerState.GONE, WorkerState.OFFLINE)


_NOT_SENT: Final = Reason(
    code="not_sent", message="Its task has not been sent.", remedy="Cancel it, then retry it."
)
_ON_ITS_WAY: Final = Reason(
    code="on_its_way", message="Its task was just sent, and is on its way to a worker.", remedy=""
)
_WORKER_IS_BACK: Final = Reason(
    code="worker_is_back",
    message="The worker that had it is back and ends what it began.",
    remedy="Then it goes on with all that is finished.",
)


def task_reasons(movie: Movie, snapshot: Snapshot, own: HoldInfo | None = None) -> tuple[Reason, ...]:
    """Return why a queued movie isn't begun, never nothing, or why one that is rendered may not go on.

    ``own`` is the hold under which a worker renders it, if there is one.
    """
    if movie.state == movie.States.RENDERING:
        return _of_silent_worker(movie, snapshot, own)
    if own is not None:
        return (_WORKER_IS_BACK,)
    if movie.sent_at is None:  # as in the answer to its request
        return (_ON_ITS_WAY,) if movie.task_id else (_NOT_SENT,)
    task = snapshot.find(movie.task_id)
    is_observed = task is not None and (task.state is TaskState.QUEUED or task.worker is not None)
    if not is_observed and snapshot.at - movie.sent_at < IN_TRANSIT:
        return (_ON_ITS_WAY,)
    if task is not None and task.state is TaskState.RUNNING:
        return (_begins(task.worker, snapshot), *map(_reason, snapshot.notes))
    first, *others = diagnose(movie.task_id, snapshot)
    return tuple(map(_reason, (_with_next(first, movie.sent_at, snapshot.at), *others)))


def waits(movie: Movie, snapshot: Snapshot) -> bool:
    """Return whether its task is known to wait in a queue: then it is not lost."""
    task = snapshot.find(movie.task_id)
    return task is not None and task.state is TaskState.QUEUED


def _with_next(reason: QueueReason, sent_at: datetime, now: datetime) -> QueueReason:
    """Return it with what happens next, if the task is away."""
    if reason.code not in _AWAY:
        return reason
    due = sent_at + RESEND_AFTER
    is_late = now > due + _RESENT_WITHIN
    if reason.code == "handed_out":
        worker, seen = reason.params["worker"], reason.params["last_seen_at"]
        message = sentence(
            "It was handed to the worker %(worker)s, which has been silent since %(at)s.",
            worker=str(worker),
            at=str(seen),
        )
        remedy = sentence(_OTHERWISE_LATE if is_late else _OTHERWISE, at=_iso(due))
        return replace(reason, message=message, remedy=remedy)
    if reason.code == "finished":
        message = sentence("Its task has ended without it. %(how)s", how=reason.message)
        reason = replace(reason, code="task_ended", message=message)
    return replace(reason, remedy=sentence(_LATE if is_late else _AGAIN, at=_iso(due)))


def _begins(worker: str | None, snapshot: Snapshot) -> Reason:
    known = snapshot.worker(worker)
    if known is not None and known.state in _SILENT:
        said = "The worker %(worker)s has taken it, and has been silent since %(at)s."
        return _silent(known, said, "If it goes on, it begins.")
    message = (
        sentence("The worker %(worker)s has taken it and begins.", worker=worker)
        if worker
        else "A worker begins with it."
    )
    return Reason(code="begins", message=message, remedy="", params={"worker": worker})


def _of_silent_worker(movie: Movie, snapshot: Snapshot, own: HoldInfo | None) -> tuple[Reason, ...]:
    task = snapshot.find(movie.task_id)
    worker = snapshot.worker(task.worker) if task is not None else None
    if worker is None or worker.state not in _SILENT:
        return ()
    remedy = (
        sentence(
            "If it goes on, so does the movie; otherwise another worker continues with all that is finished, "
            "soon after %(at)s.",
            at=_iso(own.expires_at),
        )
        if own is not None
        else "It lost the lock on the timelapse: another worker continues with all that is finished, within "
        "seconds if there is one."
    )
    return (_silent(worker, "The worker %(worker)s makes it, and has been silent since %(at)s.", remedy),)


def _silent(worker: WorkerInfo, said: str, remedy: str) -> Reason:
    seen = _iso(worker.last_seen_at)
    return Reason(
        code="worker_silent",
        message=sentence(said, worker=worker.name, at=seen),
        remedy=remedy,
        params={"worker": worker.name, "last_seen_at": seen},
    )


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _reason(of: QueueReason) -> Reason:
    return Reason(code=of.code, message=of.message, remedy=of.remedy, params=dict(of.params))
