from __future__ import annotations

import pytest
from django.utils import timezone
from tests import factories
from tests.ended_work import movie, run

from fsmlock.iteration import Iteration
from fsmlock.models import Run
from timelapse.operations.kinds import ITERATIONS, Kind
from timelapse.operations.searching import words_of
from timelapse.operations.work import Filter, Place, Stage, UnknownPlaceError, read_page, stage_of
from timelapse.rendering.models import Movie

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def garden(db):
    return factories.timelapse()


def listed(viewer, *, first=20, after=None, **wanted):
    return list(read_page(viewer, Filter(**wanted), first=first, after=after).work)


def test_what_ended_is_one_list_of_movies_and_runs_the_newest_first(viewer, garden):
    oldest, second = movie(garden, minutes_ago=30), run(minutes_ago=20)
    third, newest = movie(garden, "failed", minutes_ago=10), run("cancelled", minutes_ago=1)
    movie(garden, "rendering")
    run("running")
    assert listed(viewer) == [newest, third, second, oldest]


def test_each_page_continues_behind_the_last_entry_of_the_page_before(viewer, garden):
    at = timezone.now()
    expected = [*(movie(garden) for _ in range(3)), *(run() for _ in range(3)), movie(garden, "failed")]
    Movie.objects.update(finished_at=at)  # all at once: only their keys tell them apart
    Run.objects.update(ended_at=at)
    pages, after = [], None
    for number in range(4):
        page = read_page(viewer, Filter(), first=2, after=after)
        assert page.has_next is (number < 3)
        pages += page.work
        after = Place.parse(Place.of(page.work[-1]).cursor)
    assert len(pages) == 7
    assert {str(each) for each in pages} == {str(each) for each in expected}
    assert pages == listed(viewer)


def test_what_ended_meanwhile_moves_no_page(viewer, garden):
    movies = [movie(garden, minutes_ago=minutes) for minutes in (3, 2, 1)]
    first = listed(viewer, first=2)
    movie(garden)
    assert listed(viewer, after=Place.of(first[-1])) == movies[:1]


def test_a_cursor_of_another_list_is_refused():
    with pytest.raises(UnknownPlaceError):
        Place.parse("2026-01-01T00:00:00+00:00 movie 7:forged")


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_finds_its_own(viewer, garden, stage):
    for state in (
        "queued",
        "rendering",
        "paused",
        "ready",
        "failed",
        "cancelled",
        "deleting",
        "deleted",
        "trashed",
    ):
        movie(garden, state)
    for state in ("enqueued", "running", "interrupted", "pausing", "paused", "cancelling", *Run.States.ENDED):
        run(state)
    found = listed(viewer, stages=frozenset({stage}))
    assert {stage_of(each) for each in found} == {stage}
    assert {type(each) for each in found} == {Movie, Run}


def test_no_state_is_in_no_list(viewer, garden):
    states = [state for name, state in vars(Run.States).items() if name.isupper() and isinstance(state, str)]
    for state in states:
        run(state)
    assert {each.state for each in listed(viewer, stages=frozenset(Stage))} == set(states)


def test_a_kind_finds_its_own(viewer, garden):
    film, imported = movie(garden), run()
    assert listed(viewer, kinds=frozenset({Kind.MOVIE})) == [film]
    assert listed(viewer, kinds=frozenset({Kind.IMPORT_CAPTURES})) == [imported]
    assert listed(viewer, kinds=frozenset({Kind.THIN_FRAMES})) == []


def test_each_iteration_of_the_app_is_a_kind():
    of_app = {each for each in Iteration.__subclasses__() if each.__module__.startswith("timelapse.")}
    assert set(ITERATIONS.values()) == of_app
    assert set(ITERATIONS) | {Kind.MOVIE} == set(Kind)


@pytest.mark.parametrize(
    "search", ["roses", "GARD", "garden roses", "movie", "{pk}", "Movie {pk} of Garden", "editor"]
)
def test_words_find_a_movie_by_its_title_timelapse_number_and_requester(viewer, search):
    found = movie(factories.timelapse(name="Garden"), title="Roses", by=viewer)
    movie(factories.timelapse(name="Harbour"), title="Ships")
    ours = listed(viewer, words=words_of(search.format(pk=found.pk)))
    assert found in ours
    assert search == "movie" or ours == [found]


@pytest.mark.parametrize("search", ["roof", "import", "Captures roof", "{pk}", "ann"])
def test_words_find_a_run_by_what_it_does_its_subject_number_and_who_asked(viewer, search):
    found = run(camera=factories.camera("Roof").pk, by="ann")
    other = run(camera=factories.camera("Yard").pk, by="bob")
    ours = listed(viewer, words=words_of(search.format(pk=found.pk)))
    assert found in ours
    assert (other in ours) is (search == "import")


def test_words_that_nothing_has_find_nothing(viewer, garden):
    movie(garden)
    run()
    assert listed(viewer, words=("roses",)) == []
    assert listed(viewer, words=("%",)) == []


def test_who_may_not_view_runs_sees_movies_only(user, garden):
    film = movie(garden)
    run()
    assert listed(user) == [film]


def test_a_page_costs_the_same_queries_however_much_ended(viewer, garden, django_assert_num_queries):
    viewer.get_all_permissions()
    for _ in range(30):
        movie(garden)
    run()
    with django_assert_num_queries(6):  # three outcomes of two models
        assert len(listed(viewer, first=5)) == 5
