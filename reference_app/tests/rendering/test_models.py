from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import timelapse

import fsmlock
from fsmlock.declarations import transitions_of
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import movies_of_tasks

pytestmark = pytest.mark.django_db


def test_every_transition_has_its_sentence_in_the_models_list_and_the_other_way_round():
    documented = set(re.findall(r"- (\w+) → (\w+): [A-Z].+\.", Movie.__doc__))
    declared = {
        (source, transition.target)
        for transition in transitions_of(Movie).values()
        for source in transition.source
    }
    beginning_anew = ("rendering", "rendering")
    assert documented - {("new", "queued")} == declared - {beginning_anew}


def test_every_transition_has_a_sentence_that_says_when():
    for name in transitions_of(Movie):
        assert getattr(Movie, name).__doc__.strip().endswith("."), name


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("queued", {"pause", "cancel", "rename"}),
        ("rendering", {"pause", "cancel", "rename"}),
        ("ready", {"share", "rename", "trash"}),
        ("failed", {"retry", "start_over", "rename", "trash"}),
        ("cancelled", {"retry", "start_over", "rename", "trash"}),
        ("paused", {"retry", "start_over", "cancel", "rename", "trash"}),
        ("trashed", {"restore", "restore_unfinished", "delete_for_good"}),
        ("deleting", set()),
        ("deleted", set()),
    ],
)
def test_people_are_offered_what_the_state_allows(state, names, user):
    movie = Movie.objects.create(timelapse=timelapse(), fps=30, width=64, height=48, frames_done=30)
    Movie.objects.filter(pk=movie.pk).update(state=state)
    movie.refresh_from_db()
    found = fsmlock.available(movie, user)
    assert {each.name for each in found} == names
    assert [each.name for each in found if not each.allowed] == (["restore"] if state == "trashed" else [])


def test_a_new_movie_is_queued_and_its_state_is_protected():
    movie = Movie.objects.create(timelapse=timelapse(), fps=30, width=64, height=48)
    assert movie.state == Movie.States.QUEUED
    with pytest.raises(AttributeError):
        movie.state = "ready"
    with pytest.raises(fsmlock.TransitionRefused):
        movie.finish()


def test_an_index_finds_the_movies_of_tasks():
    with CaptureQueriesContext(connection) as captured:
        movies_of_tasks(["task-1", "task-2"])
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:  # of so few rows it would rather read all of them
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'' if postgresql else 'QUERY PLAN'} {captured[-1]['sql']}")
        # Few movies are unfinished, so that their states lead there as well.
        assert re.search("movie_of_task|movie_by_state", str(cursor.fetchall()))
