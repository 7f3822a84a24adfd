from __future__ import annotations

import pytest

from timelapse.project.stack.film_session import FilmSession
from timelapse.rendering.models import Movie

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("transition", "state"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_movie_that_somebody_stopped_is_not_waited_for(transition, state):
    session = FilmSession.open("Garden")
    movie = Movie.objects.create(timelapse=session.timelapse, fps=30, width=64, height=48)
    session.movie = movie
    assert not session.status(lambda done, total: None).ended
    getattr(movie, transition)()
    movie.save()
    status = session.status(lambda done, total: None)
    assert status.ended
    assert f"it is {state}" in status.failure
