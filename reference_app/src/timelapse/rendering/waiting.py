"""Why a queued movie isn't being rendered yet: its lock and the movies before it, else its queue."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import queue_insight
from fsmlock import Reason
from timelapse.rendering.queries import queued_before, render_lock_reasons

if TYPE_CHECKING:
    from collections.abc import Iterable

    from timelapse.rendering.models import Movie


#: A task sent less than this ago may be between queue and worker, where it can't be observed.
IN_TRANSIT: Final = timedelta(seconds=2)


def waiting_reasons(movies: Iterable[Movie]) -> dict[Movie, tuple[Reason, ...]]:
    """Return the reasons for each queued movie; takes one queue snapshot for all."""
    queued = list(movies)
    held = {timelapse: render_lock_reasons(timelapse) for timelapse in {movie.timelapse for movie in queued}}
    before = queued_before(queued)
    snapshot = queue_insight.snapshot()
    return {
        movie: held[movie.timelapse] + _behind(before[movie]) or _queue(movie, snapshot) for movie in queued
    }


def _behind(movies: list[Movie]) -> tuple[Reason, ...]:
    if not movies:
        return ()
    names = ", ".join(map(str, movies))
    return (
        Reason(
            code="behind",
            message=f"It waits behind {names}.",
            remedy="Wait, or cancel the movies before it.",
            params={"movies": names},
        ),
    )


def _queue(movie: Movie, snapshot: queue_insight.Snapshot) -> tuple[Reason, ...]:
    if movie.sent_at is None or snapshot.at - movie.sent_at < IN_TRANSIT:
        return ()
    return tuple(
        Reason(code=reason.code, message=reason.message, remedy=reason.remedy)
        for reason in queue_insight.diagnose(movie.task_id, snapshot)
    )
