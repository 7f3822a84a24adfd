from __future__ import annotations

import pytest
from tests.waiting import wait_until

from eliot_progress import progress
from timelapse.project.stack.film_bars import Step
from timelapse.project.stack.film_session import FilmSession
from timelapse.rendering.domain import MEASURING
from timelapse.rendering.models import Movie
from timelapse.shared.progress import about, store

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("transition", "state"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_movie_that_somebody_stopped_is_not_waited_for(transition, state):
    session = FilmSession.open("Garden")
    movie = Movie.objects.create(timelapse=session.timelapse, fps=30, width=64, height=48)
    session.movie = movie
    assert not session.status(lambda step, done, total: None).ended
    getattr(movie, transition)()
    movie.save()
    status = session.status(lambda step, done, total: None)
    assert status.ended
    assert f"it is {state}" in status.failure


@pytest.mark.parametrize(
    ("action_type", "step"), [(MEASURING, Step.MEASURING), ("render:movie", Step.RENDERING)]
)
def test_what_a_worker_does_is_shown_by_its_name(action_type, step):
    session = FilmSession.open("Garden")
    session.movie = Movie.objects.create(timelapse=session.timelapse, fps=30, width=64, height=48)
    shown = []
    with progress(action_type, total=3, unit="frame", about=about(session.movie)) as work:
        work.advance()
        # A movie of another test may have had this one's id.
        wait_until(lambda: (at := store().latest(about(session.movie))) and at.action_type == action_type)
        session.status(lambda *state: shown.append(state))
    assert [(state[0], state[2]) for state in shown] == [(step, 3)]
