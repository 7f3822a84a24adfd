from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

import fsmlock
from tests.shop.models import Film, Frame, Leaf, Print, Room


def refused(something):
    """The reasons why it isn't deleted. The savepoint keeps the transaction of the test usable."""
    with transaction.atomic(), pytest.raises(fsmlock.HoldRefused) as error:
        something.delete()
    return [reason.params["holder"] for reason in error.value.reasons]


@pytest.fixture
def held(film, elsewhere):
    """Somebody else renders the film."""
    found = elsewhere(fsmlock.hold(film, "render", holder="import 12", why="Movie 7").acquire)
    yield found
    elsewhere(found.release)


def test_an_object_that_somebody_holds_is_not_deleted(film, held):
    assert refused(film) == ["import 12"]
    assert Film.objects.filter(pk=film.pk).exists()


def test_one_row_that_is_held_keeps_all_rows_of_a_queryset(film, held):
    Film.objects.create(name="Film 2")
    assert refused(Film.objects.all()) == ["import 12"]
    assert Film.objects.count() == 2


def test_a_part_that_is_held_keeps_its_whole(film, held):
    assert refused(film.room) == ["import 12"]
    assert Room.objects.exists()


def test_the_holder_itself_may_delete_what_it_holds(film):
    with fsmlock.hold(film, "render"):
        film.delete()
    assert not Film.objects.exists()


def test_after_the_release_it_can_be_deleted(film, held, elsewhere):
    elsewhere(held.release)
    film.delete()
    assert not Film.objects.exists()


def test_what_a_state_holds_goes_with_the_row(film):
    paper = Print.objects.create(film=film)
    fsmlock.apply_transition(paper, "start_printing")
    paper.delete()
    assert fsmlock.all_holds() == ()


def test_a_queryset_asks_once_for_all_its_rows(film):
    def queries(count):
        Frame.objects.all().delete()
        Frame.objects.bulk_create(Frame(film=film) for _ in range(count))
        with CaptureQueriesContext(connection) as found:
            Frame.objects.all().delete()
        return len([each for each in found if "fsmlock_hold" in each["sql"]])

    assert queries(2) == queries(50)


def test_a_model_without_locks_is_deleted_as_ever(db):
    leaf = Leaf.objects.create()
    with CaptureQueriesContext(connection) as queries:
        leaf.delete()
    assert not [each for each in queries if "fsmlock_hold" in each["sql"]]
