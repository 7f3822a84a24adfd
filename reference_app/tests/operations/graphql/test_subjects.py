from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.held_locks import held_elsewhere

from eliot_progress import install, progress
from timelapse.rendering.models import Movie
from timelapse.shared.progress import about, store
from timelapse.timelapses.models import Timelapse

HOLDS = "{ operations { holds { subject { ... on Stateful { displayName } } } } }"
IN_PROGRESS = "{ inProgress { tasks { subject { ... on Stateful { displayName } } } } }"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reporting():
    installed = install(store=store())
    yield installed
    installed.remove()


def subjects(answer, *path):
    found = answer["data"]
    for name in path:
        found = found[name]
    return [each["subject"] and each["subject"]["displayName"] for each in found]


def test_a_hold_names_the_object_that_is_held_to_those_who_may_see_it(member, user):
    garden = factories.timelapse()
    with held_elsewhere(garden, "render", "Movie 7"):
        assert subjects(member.ask(HOLDS), "operations", "holds") == ["Garden"]
        user.user_permissions.remove(Permission.objects.get(codename="view_timelapse"))
        assert subjects(member.ask(HOLDS), "operations", "holds") == [None]


def test_progress_names_the_movie_that_it_is_about(member, reporting):
    movie = Movie.objects.create(timelapse=factories.timelapse(), fps=30, width=64, height=48)
    with progress("render:movie", total=10, about=about(movie)) as work:
        work.advance(4)
        reporting.flush()
        assert f"Movie {movie.pk} of Garden" in subjects(member.ask(IN_PROGRESS), "inProgress", "tasks")


def test_the_number_of_queries_does_not_grow_with_the_subjects(member, django_assert_num_queries):
    holds = [held_elsewhere(factories.timelapse(name=name), "render", "") for name in "ABCDE"]
    with holds[0], CaptureQueriesContext(connection) as with_one:
        assert subjects(member.ask(HOLDS), "operations", "holds") == ["A"]
    holds = [held_elsewhere(garden, "render", "") for garden in Timelapse.objects.all()]
    with holds[0], holds[1], holds[2], holds[3], holds[4], django_assert_num_queries(len(with_one)):
        assert subjects(member.ask(HOLDS), "operations", "holds") == list("ABCDE")


def test_a_task_that_waits_is_about_the_unfinished_movie_for_which_it_was_sent():
    from timelapse.shared import subjects as found  # noqa: PLC0415 - the name is taken here

    garden = factories.timelapse()
    ids = [str(uuid.uuid4()) for _ in range(2)]
    movie = Movie.objects.create(timelapse=garden, fps=30, width=64, height=48, task_id=ids[0])
    Movie.objects.create(timelapse=garden, fps=30, width=64, height=48, task_id=ids[1], state="ready")
    assert found.of_tasks([*ids, "another"]) == {ids[0]: movie}
