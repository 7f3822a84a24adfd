"""Says from values alone what needs somebody: each need is a link, as in the chains of `timelapse.why`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from timelapse.why.domain import LITTLE_SPACE, Link, LinkKind, Remedy, start_worker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from timelapse.why.domain import Workers

#: How many failed movies are listed; the others are counted.
FAILED_LISTED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMovie:
    """A movie that could not be rendered, and why."""

    name: str
    subject: str
    failure: Reason
    failed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The disk of the pictures and movies, in bytes."""

    free: int
    total: int


def failed_movies(movies: Iterable[FailedMovie], count: int) -> Iterator[Link]:
    """Return a need for each failed movie, given how many there are in all."""
    listed = tuple(movies)
    for movie in listed:
        failure = movie.failure
        yield Link(
            kind=LinkKind.FAILURE,
            reason=Reason(
                code=failure.code or "failed",
                message=f"{movie.name} failed: {failure.message or 'it does not say why.'}",
                remedy=failure.remedy,
            ),
            since=movie.failed_at,
            subject=movie.subject,
            action=Remedy(subject=movie.subject, transition="retry", label="Try again"),
        )
    more = count - len(listed)
    if more > 0:
        message = f"{more:,} more {'movie' if more == 1 else 'movies'} failed."
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
        waiting = _waiting(workers.waiting)
        if workers.paused_since is not None:
            if workers.waiting:
                message = f"{workers.paused_by or 'Somebody'} paused the queue “{workers.queue}”{waiting}."
                yield _worker(
                    Reason(code="queue_paused", message=message, remedy="Resume it on the page of queues."),
                    since=workers.paused_since,
                )
        elif workers.count == 0:
            message = f"No worker takes tasks from the queue “{workers.queue}”{waiting}."
            reason = Reason(code="no_worker", message=message, remedy=start_worker(workers.queue))
            yield _worker(reason, since=workers.last_seen_at)
        elif workers.are_late:
            message = f"The workers of the queue “{workers.queue}” have not reported in time{waiting}."
            remedy = f"Wait some seconds. {start_worker(workers.queue)}"
            yield _worker(
                Reason(code="workers_late", message=message, remedy=remedy), since=workers.last_seen_at
            )


def disk(of: Disk | None) -> Iterator[Link]:
    """Return a need if the disk is nearly full, or can't be read (None)."""
    if of is None:
        message, remedy = "How full the disk of the server is cannot be read.", "Check that it is mounted."
        yield Link(kind=LinkKind.STATE, reason=Reason(code="disk_unknown", message=message, remedy=remedy))
    elif of.free < LITTLE_SPACE * of.total:
        space = f"{of.free / 1e9:.1f} GB of {of.total / 1e9:.1f} GB"
        message = f"The disk of the server is nearly full: {space} are free."
        remedy = "Delete movies or timelapses that nobody needs, or add space."
        yield Link(
            kind=LinkKind.STATE, reason=Reason(code="disk_nearly_full", message=message, remedy=remedy)
        )


def _waiting(depth: int | None) -> str:
    if not depth:
        return ""
    return f"; {depth:,} {'task waits' if depth == 1 else 'tasks wait'}"


def _worker(reason: Reason, *, since: datetime | None = None) -> Link:
    kind = LinkKind.QUEUE if reason.code == "queue_paused" else LinkKind.WORKER
    return Link(kind=kind, reason=reason, since=since)
