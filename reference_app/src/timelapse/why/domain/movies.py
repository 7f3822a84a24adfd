"""Composes why a movie is not ready, and estimates when it will be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from fsmlock.sentences import sentence
from timelapse.rendering.domain import some_of
from timelapse.why.domain.links import Link, LinkKind, Range, Remedy
from timelapse.why.domain.tasks import holder_links, task_links, worker_links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from timelapse.why.domain.facts import MovieFacts, Workers


def movie_chain(movie: MovieFacts) -> tuple[Link, ...]:
    """Return why a movie is not ready; nothing for one that is."""
    match movie.state:
        case "queued":
            return tuple(_queued(movie))
        case "rendering":
            return tuple(_rendering(movie))
        case "failed" | "cancelled" | "paused":
            return (_ended(movie),)
        case _:
            return ()


def _queued(movie: MovieFacts) -> Iterator[Link]:
    yield Link(
        kind=LinkKind.STATE,
        reason=Reason(code="queued", message="It is queued.", remedy=""),
        since=movie.requested_at,
        subject=movie.subject,
    )
    yield from holder_links(movie.holders)
    if movie.before:
        yield Link(
            kind=LinkKind.BEFORE,
            reason=Reason(
                code="behind",
                message=sentence("%(movie)s comes first.", movie=movie.before[0])
                if len(movie.before) == 1
                else sentence("%(movies)s come first.", movies=some_of(movie.before)),
                remedy="",
                params={"movies": ", ".join(some_of(movie.before)), "count": len(movie.before)},
            ),
        )
    if not movie.holders and not movie.before:
        yield from task_links(movie.task, movie.workers)
    if all(reason.code != "worker_is_back" for reason in movie.task):  # it is there before it reports
        yield from worker_links(movie.workers)
    if not _may_start(movie.workers):
        return
    start = _start(movie)
    if start is not None:
        yield _estimated(LinkKind.START, "starts", "Then its turn comes.", start)
        end = _end(movie, start)
        if end is not None:
            yield _estimated(LinkKind.END, "ends", "Then it is ready.", end)


def _rendering(movie: MovieFacts) -> Iterator[Link]:
    work = movie.work
    if movie.stop_requested_by:
        message = sentence(
            "%(who)s asked its worker to stop, which it does after the current frame.",
            who=movie.stop_requested_by,
        )
        yield Link(
            kind=LinkKind.STATE,
            reason=Reason(
                code="stopping", message=message, remedy="", params={"by": movie.stop_requested_by}
            ),
        )
    yield from task_links(movie.task, movie.workers)
    if work is None:
        yield Link(
            kind=LinkKind.PROGRESS,
            reason=Reason(
                code="no_report",
                message="It is being made; its worker has not reported how far it is.",
                remedy="",
            ),
        )
        return
    if work.is_stalled:
        yield Link(
            kind=LinkKind.WORKER,
            reason=Reason(
                code="stalled",
                message=sentence("Its worker stopped reporting at %(so_far)s.", so_far=work.so_far()),
                remedy="Another worker continues it within seconds, if there is one.",
            ),
            since=work.reported_at,
        )
        yield from worker_links(movie.workers)
        return
    yield Link(
        kind=LinkKind.PROGRESS,
        reason=Reason(
            code="rendering",
            message=sentence("It is being made: %(so_far)s.", so_far=work.so_far()),
            remedy="",
            params={"done": work.done, "total": work.total},
        ),
        since=work.reported_at,
    )
    if work.eta_s is not None:
        yield _estimated(LinkKind.END, "ends", "Then it is ready.", _after(movie.at, work.eta_s))


#: What is known of a movie that is over or paused, unless it says why.
_ENDED: Final = {
    "failed": "It failed without saying why.",
    "cancelled": "Somebody cancelled it.",
    "paused": "Somebody paused it.",
}


def _ended(movie: MovieFacts) -> Link:
    by_somebody = Reason(code=movie.state, message=_ENDED[movie.state], remedy="")
    failed = movie.state == "failed" and movie.failure is not None
    return Link(
        kind=LinkKind.FAILURE if failed else LinkKind.STATE,
        reason=movie.failure if failed and movie.failure else by_somebody,
        since=movie.finished_at,
        subject=movie.subject,
        action=Remedy(subject=movie.subject, transition="retry", label="" if failed else "Resume"),
    )


def _may_start(workers: Workers | None) -> bool:
    return workers is not None and bool(workers.count) and workers.paused_since is None


def _start(movie: MovieFacts) -> Range | None:
    """Return when its turn comes; None if that can't be said, or if it is its turn."""
    etas = [holder.work.eta_s if holder.work else None for holder in movie.holders]
    known = [eta for eta in etas if eta is not None]
    pace = _pace(movie)
    if not etas or len(known) < len(etas) or (movie.before and pace is None):
        return None
    low, high = pace or (0.0, 0.0)
    return _after(
        movie.at,
        (
            max(eta[0] for eta in known) + low * movie.frames_before,
            max(eta[1] for eta in known) + high * movie.frames_before,
        ),
    )


def _end(movie: MovieFacts, start: Range) -> Range | None:
    pace = _pace(movie)
    if pace is None:
        return None
    return Range(
        earliest=start.earliest + timedelta(seconds=pace[0] * movie.frames_left),
        latest=start.latest + timedelta(seconds=pace[1] * movie.frames_left),
    )


def _pace(movie: MovieFacts) -> tuple[float, float] | None:
    """Return the seconds for one frame, as the movie that is being made of the same frames tells."""
    paces = (holder.work.item_s() for holder in movie.holders if holder.is_movie and holder.work)
    return next((pace for pace in paces if pace is not None), None)


def _after(at: datetime, seconds: tuple[float, float]) -> Range:
    return Range(earliest=at + timedelta(seconds=seconds[0]), latest=at + timedelta(seconds=seconds[1]))


def _estimated(kind: LinkKind, code: str, message: str, estimate: Range) -> Link:
    return Link(kind=kind, reason=Reason(code=code, message=message, remedy=""), estimate=estimate)
