"""Says from values alone what needs somebody: each need is a link, as in the chains of `timelapse.why`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from fsmlock.sentences import Sentence, sentence
from queue_insight.periodic_state import PeriodicState
from timelapse.why.domain.cameras import LITTLE_SPACE
from timelapse.why.domain.links import Link, LinkKind, Remedy
from timelapse.why.domain.tasks import resume_queue, start_worker, wait_or_start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from timelapse.why.domain.facts import Workers

#: How many failed movies, and late periodic tasks, are listed; the others are counted.
FAILED_LISTED: Final = 10
PERIODIC_LISTED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMovie:
    """A movie that could not be rendered, and why."""

    name: str
    subject: str
    failure: Reason
    failed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """What celery beat is to send by a schedule."""

    #: Its name in the schedule, and what it does in words.
    entry: str
    label: str
    state: PeriodicState
    #: When it was due, if it is late.
    due: datetime | None = None
    #: Since when it was last seen to be sent or to run.
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The disk of the pictures and movies, in bytes."""

    free: int
    total: int
    #: What movies in the trash take; counted only when little is free.
    in_trash: int = 0

    @property
    def is_nearly_full(self) -> bool:
        """Whether so little is free that somebody has to look after it."""
        return self.free < LITTLE_SPACE * self.total


def failed_movies(movies: Iterable[FailedMovie], count: int) -> Iterator[Link]:
    """Return a need for each failed movie, given how many there are in all."""
    listed = tuple(movies)
    for movie in listed:
        failure = movie.failure
        yield Link(
            kind=LinkKind.FAILURE,
            reason=Reason(
                code=failure.code or "failed",
                message=sentence(
                    "%(movie)s failed: %(why)s",
                    movie=movie.name,
                    why=sentence(failure.message or "It does not say why."),
                ),
                remedy=failure.remedy,
            ),
            since=movie.failed_at,
            subject=movie.subject,
            action=Remedy(subject=movie.subject, transition="retry"),
        )
    more = count - len(listed)
    if more > 0:
        message = sentence("%(count)s more movie failed.", "%(count)s more movies failed.", count=more)
        yield Link(
            kind=LinkKind.FAILURE,
            reason=Reason(code="more_failed", message=message, remedy="See their timelapses."),
        )


def queues(found: Iterable[Workers], *, is_known: bool) -> Iterator[Link]:
    """Return a need for each queue whose tasks nobody takes, and one if nothing is known of the queues."""
    if not is_known:
        message = "Whether workers are there is not known: nothing has reported on the queues in time."
        remedy = "Start the collector: python -m timelapse manage queue_insight collect"
        yield _worker(Reason(code="queues_unknown", message=message, remedy=remedy))
        return
    for workers in found:
        if workers.paused_since is not None:
            if workers.waiting:
                message = _with_waiting(
                    sentence(
                        "%(who)s paused the queue “%(queue)s”",
                        who=workers.paused_by or sentence("Somebody"),
                        queue=workers.queue,
                    ),
                    workers.waiting,
                )
                reason = Reason(
                    code="queue_paused",
                    message=message,
                    remedy="Resume it, or ask an operator to.",
                    params={"queue": workers.queue},
                )
                yield _worker(reason, since=workers.paused_since, action=resume_queue(workers))
        elif workers.count == 0:
            message = _with_waiting(
                sentence("No worker takes tasks from the queue “%(queue)s”", queue=workers.queue),
                workers.waiting,
            )
            reason = Reason(
                code="no_worker",
                message=message,
                remedy=start_worker(workers.queue),
                params={"queue": workers.queue},
            )
            yield _worker(reason, since=workers.last_seen_at)
        elif workers.are_late:
            message = _with_waiting(
                sentence(
                    "The workers of the queue “%(queue)s” have not reported in time", queue=workers.queue
                ),
                workers.waiting,
            )
            remedy = wait_or_start(workers.queue)
            reason = Reason(
                code="workers_late", message=message, remedy=remedy, params={"queue": workers.queue}
            )
            yield _worker(reason, since=workers.last_seen_at)


def silent_since(tasks: Iterable[Periodic]) -> datetime | None:
    """Return since when no periodic task has come though one was due; None if one has, or none was due."""
    found = tuple(tasks)
    due = min((each.due for each in found if each.state is PeriodicState.LATE and each.due), default=None)
    if due is None or any(each.seen_at is not None and each.seen_at > due for each in found):
        return None
    return due


def periodic(tasks: Iterable[Periodic]) -> Iterator[Link]:
    """Return a need for each periodic task that doesn't come or doesn't end; one if none has come at all."""
    found = tuple(tasks)
    since = silent_since(found)
    if since is not None:
        reason = Reason(
            code="no_beat",
            message="No task that is done by a schedule has come since one was due.",
            remedy="Check that celery beat runs: celery -A timelapse.project.celery beat",
        )
        yield Link(kind=LinkKind.STATE, reason=reason, since=since)
        return
    needs = [_late(each) for each in found if each.state is PeriodicState.LATE]
    needs += [_not_ended(each) for each in found if each.state is PeriodicState.NOT_ENDED]
    yield from needs[:PERIODIC_LISTED]
    more = len(needs) - PERIODIC_LISTED
    if more > 0:
        message = sentence(
            "%(count)s more task that is done by a schedule did not come.",
            "%(count)s more tasks that are done by a schedule did not come.",
            count=more,
        )
        remedy = "See the periodic tasks on the page Operations."
        yield Link(
            kind=LinkKind.STATE, reason=Reason(code="more_periodic_late", message=message, remedy=remedy)
        )


def _late(task: Periodic) -> Link:
    reason = Reason(
        code="periodic_late",
        message=sentence("“%(task)s” did not come when it was due.", task=sentence(task.label)),
        remedy="Check that celery beat has this schedule, and that a worker takes its queue.",
        params={"entry": task.entry, "label": task.label},
    )
    return Link(kind=LinkKind.STATE, reason=reason, since=task.due)


def _not_ended(task: Periodic) -> Link:
    reason = Reason(
        code="periodic_not_ended",
        message=sentence("“%(task)s” was sent, and no run of it has ended since.", task=sentence(task.label)),
        remedy="It may be waiting or running: see the page Operations.",
        params={"entry": task.entry, "label": task.label},
    )
    return Link(kind=LinkKind.STATE, reason=reason)


def disk(of: Disk | None) -> Iterator[Link]:
    """Return a need if the disk is nearly full, or can't be read (None)."""
    if of is None:
        message, remedy = "How full the disk of the server is cannot be read.", "Check that it is mounted."
        yield Link(kind=LinkKind.STATE, reason=Reason(code="disk_unknown", message=message, remedy=remedy))
    elif of.is_nearly_full:
        message = sentence(
            "The disk of the server is nearly full: %(free)s GB of %(total)s GB are free.",
            free=round(of.free / 1e9, 1),
            total=round(of.total / 1e9, 1),
        )
        remedy = "Delete movies or timelapses that nobody needs, or add space."
        if of.in_trash:
            remedy = sentence(
                "%(remedy)s Movies in the trash take %(size)s GB until they are deleted for good.",
                remedy=sentence(remedy),
                size=round(of.in_trash / 1e9, 1),
            )
        yield Link(
            kind=LinkKind.STATE, reason=Reason(code="disk_nearly_full", message=message, remedy=remedy)
        )


def _with_waiting(said: Sentence, depth: int | None) -> Sentence:
    if not depth:
        return sentence("%(what)s.", what=said)
    return sentence(
        "%(what)s; %(count)s task waits.", "%(what)s; %(count)s tasks wait.", what=said, count=depth
    )


def _worker(reason: Reason, *, since: datetime | None = None, action: Remedy | None = None) -> Link:
    kind = LinkKind.QUEUE if reason.code == "queue_paused" else LinkKind.WORKER
    return Link(kind=kind, reason=reason, since=since, action=action)
