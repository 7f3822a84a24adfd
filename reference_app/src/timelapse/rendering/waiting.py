"""Why a queued movie isn't being rendered yet: its lock and the movies before it, else its queue."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import fsmlock
import queue_insight
from eliot_progress.stall import Liveness, judge
from fsmlock import Reason
from fsmlock.inspection import reason_for
from timelapse.rendering.domain import time_range
from timelapse.rendering.queries import movies_by_token, queued_before
from timelapse.shared.progress import about, store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eliot_progress import TaskState
    from timelapse.rendering.models import Movie
    from timelapse.timelapses.models import Timelapse


#: A task sent less than this ago may be between queue and worker, where it can't be observed.
IN_TRANSIT: Final = timedelta(seconds=2)


def waiting_reasons(movies: Iterable[Movie]) -> dict[Movie, tuple[Reason, ...]]:
    """Return the reasons for each queued movie; takes one queue snapshot for all."""
    queued = list(movies)
    held = _held({movie.timelapse for movie in queued})
    before = queued_before(queued)
    snapshot = queue_insight.snapshot()
    return {
        movie: held[movie.timelapse] + _behind(before[movie]) or _queue(movie, snapshot) for movie in queued
    }


def _held(timelapses: Iterable[Timelapse]) -> dict[Timelapse, tuple[Reason, ...]]:
    """Return what is in the way of rendering each timelapse: the movie that is rendered, or another hold."""
    holds = {timelapse: fsmlock.holds_on(timelapse) for timelapse in timelapses}
    rendered = movies_by_token(
        hold.token for each in holds.values() for hold in each if hold.lock == "render"
    )
    states = store().latest_many([about(movie) for movie in rendered.values()]) if rendered else {}
    return {
        timelapse: tuple(
            _rendered_first(movie, states)
            if hold.lock == "render" and (movie := rendered.get((timelapse.pk, hold.token)))
            else reason_for(hold, timelapse)
            for hold in each
        )
        for timelapse, each in holds.items()
    }


def _rendered_first(movie: Movie, states: Mapping[str, TaskState]) -> Reason:
    state = states.get(about(movie))
    facts = ""
    if state is not None and state.causal_id == movie.causal_id and state.total:
        facts = f": {state.done:,.0f} of {state.total:,.0f} frames"
        if state.eta_s is not None and judge(state, time.time()) is Liveness.ALIVE:
            facts += f", {time_range(*state.eta_s)} left"
    return Reason(
        code="behind_rendering",
        message=f"It waits behind {movie}, which is being rendered{facts}.",
        remedy=f"Wait, or pause or cancel {movie}.",
        params={"movie": str(movie)},
    )


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
