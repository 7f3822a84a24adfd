from __future__ import annotations

import pytest
from tests import factories
from tests.held_locks import held_elsewhere

import fsmlock
from fsmlock.models import Run
from timelapse.rendering.models import Movie
from timelapse.shared import remedies

pytestmark = pytest.mark.django_db(transaction=True)


def held(why):
    return fsmlock.Reason(code="held", message="Held.", params={"why": why})


def test_each_hold_is_ended_by_the_object_that_it_is_for(django_assert_num_queries):
    garden = factories.timelapse()
    movies = [
        Movie.objects.create(timelapse=garden, fps=30, width=64, height=48, state=state)
        for state in ("rendering", "ready", "rendering")
    ]
    Movie.objects.filter(pk=movies[2].pk).update(cancel_requested_at=garden.created_at)
    run = Run.objects.create(iteration="shop.ImportCaptures", state="running")
    causes = [*map(str, movies), str(run), "Movie x", "Movie " + "9" * 30, "Deleting Garden", ""]
    with django_assert_num_queries(2):
        found = remedies.ending([held(why) for why in causes])
    assert found == [(movies[0], "cancel"), None, None, (run, "request_cancel"), None, None, None, None]


def test_to_delete_a_timelapse_is_to_cancel_its_movie_first_then_to_delete_it():
    garden = factories.timelapse()
    movie = Movie.objects.create(timelapse=garden, fps=30, width=64, height=48, state="rendering")
    with held_elsewhere(garden, "render", str(movie)):
        for obj in (garden, garden.camera):
            steps = fsmlock.plan(obj, to="start_deleting", remedies=remedies.ending)
            assert [(step.object, step.name, step.allowed) for step in steps] == [
                (movie, "cancel", True),
                (obj, "start_deleting", False),
            ]
