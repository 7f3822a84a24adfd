"""Why a queued movie isn't being rendered yet: joins what the locks and the queues know."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import queue_insight
from fsmlock import Reason
from timelapse.rendering.queries import render_lock_reasons

if TYPE_CHECKING:
    from collections.abc import Iterable

    from timelapse.rendering.models import Movie


#: A task that was sent so lately may be between queue and worker, where nobody sees it.
IN_TRANSIT: Final = timedelta(seconds=2)


def waiting_reasons(movies: Iterable[Movie]) -> dict[int, tuple[Reason, ...]]:
    """Say for each queued movie what it waits for, the lock first; one look at the queues for all of them."""
    queued = list(movies)
    held = {timelapse: render_lock_reasons(timelapse) for timelapse in {movie.timelapse for movie in queued}}
    snapshot = queue_insight.snapshot()
    return {movie.pk: held[movie.timelapse] or _queue(movie, snapshot) for movie in queued}


def _queue(movie: Movie, snapshot: queue_insight.Snapshot) -> tuple[Reason, ...]:
    if movie.sent_at is not None and snapshot.at - movie.sent_at < IN_TRANSIT:
        return ()
    return tuple(
        Reason(code=reason.code, message=reason.message, remedy=reason.remedy)
        for reason in queue_insight.diagnose(movie.task_id, snapshot)
    )
