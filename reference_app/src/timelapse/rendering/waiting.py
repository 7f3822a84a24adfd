"""Why a queued movie isn't being rendered yet, or why one that is being rendered doesn't go on.

Its lock and the movies before it come first, else its task: where that is, who has it, and what happens next.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import fsmlock
import queue_insight
from eliot_progress.stall import Liveness, judge
from fsmlock import Reason
from fsmlock.inspection import reason_for
from fsmlock.sentences import sentence
from timelapse.rendering.domain import MEASURING, some_of, time_range
from timelapse.rendering.queries import movies_by_token, name_of, queued_before
from timelapse.rendering.whereabouts import task_reasons
from timelapse.shared.progress import about, store
from timelapse.shared.progress_words import so_far

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eliot_progress import TaskState
    from fsmlock import HoldInfo
    from timelapse.rendering.models import Movie
    from timelapse.timelapses.models import Timelapse


def waiting_reasons(movies: Iterable[Movie]) -> dict[Movie, tuple[Reason, ...]]:
    """Return the reasons for each queued movie, and for each that a silent worker renders.

    Takes one queue snapshot for all.
    """
    unfinished = list(movies)
    holds = {timelapse: fsmlock.holds_on(timelapse) for timelapse in {each.timelapse for each in unfinished}}
    queued = [movie for movie in unfinished if movie.state == movie.States.QUEUED]
    before = queued_before(queued) if queued else {}
    in_the_way = _in_the_way({movie.timelapse: holds[movie.timelapse] for movie in queued})
    asked = [movie.task_id for movie in unfinished if movie.task_id]
    snapshot = queue_insight.snapshot(tasks=asked, overview=True)
    reasons = {}
    for movie in unfinished:
        own = own_hold(movie, holds[movie.timelapse])
        first = () if own is not None else in_the_way.get(movie.timelapse, ())
        reasons[movie] = first + _behind(before.get(movie, [])) or task_reasons(movie, snapshot, own)
    return reasons


def own_hold(movie: Movie, holds: Iterable[HoldInfo]) -> HoldInfo | None:
    """Return the hold under which a worker renders the movie, or None."""
    return next((hold for hold in holds if hold.lock == "render" and hold.token == movie.token), None)


def time_left(state: TaskState) -> tuple[float, float] | None:
    """Return the seconds until a movie is ready, as a range; None if its progress doesn't say that."""
    return None if state.action_type == MEASURING else state.eta_s


def _in_the_way(
    holds: Mapping[Timelapse, tuple[HoldInfo, ...]],
) -> dict[Timelapse, tuple[Reason, ...]]:
    """Return what is in the way of each timelapse: the movie that is rendered, or another hold."""
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
    facts: tuple[str, ...] = ()
    if state is not None and state.causal_id == movie.causal_id and state.total:
        facts = (so_far(state.step, int(state.done), int(state.total), "frame"),)
        left = time_left(state)
        if left is not None and judge(state, time.time()) is Liveness.ALIVE:
            facts += (sentence("%(time)s left", time=time_range(*left)),)
    name = name_of(movie)
    return Reason(
        code="behind_rendering",
        message=sentence(
            "It waits behind %(movie)s, which is being rendered: %(facts)s.", movie=name, facts=facts
        )
        if facts
        else sentence("It waits behind %(movie)s, which is being rendered.", movie=name),
        remedy=sentence("Wait, or pause or cancel %(movie)s.", movie=name),
        params={"movie": name},
    )


def _behind(movies: list[Movie]) -> tuple[Reason, ...]:
    if not movies:
        return ()
    names = some_of([name_of(movie) for movie in movies])
    return (
        Reason(
            code="behind",
            message=sentence("It waits behind %(movies)s.", movies=names),
            remedy="Wait, or cancel the movies before it.",
            params={"movies": ", ".join(names)},
        ),
    )
