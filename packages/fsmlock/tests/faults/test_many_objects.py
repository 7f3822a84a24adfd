"""Everything that takes a list of objects takes thousands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

import fsmlock
from fsmlock import RetryLater, Wait, backends
from tests.conftest import make_film
from tests.shop.models import Film, Frame

COUNT = 5000


@pytest.fixture(params=["database", "redis"])
def store(request, settings):
    """Both stores; the database is SQLite or PostgreSQL."""
    if request.param == "redis":
        request.getfixturevalue("valkey")
        settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
        backends._build.cache_clear()
    yield
    backends._build.cache_clear()


@pytest.fixture
def frames(transactional_db, store):
    """Children of one film, that inherit its locks."""
    film = make_film()
    return Frame.objects.bulk_create(Frame(film=film) for _ in range(COUNT))


@pytest.fixture
def films(transactional_db, store):
    """Objects without a parent."""
    return Film.objects.bulk_create(Film(name=f"Film {number}") for number in range(COUNT))


def test_thousands_of_children_are_held_guarded_explained_and_released_at_once(frames, elsewhere):
    with fsmlock.hold(frames, "process", lease=timedelta(minutes=2)) as held:
        assert len(held.tokens) == COUNT
        with held.transaction():
            Frame.objects.first()
        assert held.renew()
        held.check()
        fsmlock.cancel(frames[7], "process", by="editor")
        assert {each.cancel_requested_by for each in fsmlock.all_holds(limit=2 * COUNT)} == {"editor"}
        with pytest.raises(fsmlock.HoldRefused):
            elsewhere(fsmlock.hold(frames[-1].film, "render").acquire)
        assert len(fsmlock.all_holds(limit=2 * COUNT)) == COUNT
    assert fsmlock.all_holds() == ()


def test_reading_them_names_a_few_in_each_statement(frames):
    sent = []

    def note(execute, sql, params, many, context):
        sent.append(len(params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        objects = list(Frame.objects.defer("film"))
        with fsmlock.hold(objects[:2], "process"):
            holds = fsmlock.holds_on_many(objects)
        assert backends.get().find([f"shop.film:{n}" for n in range(COUNT)], using="default", limit=1) == ()
    assert len(holds) == COUNT
    assert [len(each) for each in holds.values()].count(1) == 2
    assert 0 < max(sent) <= 200


def test_thousands_of_objects_wait_and_retry_later(films, elsewhere):
    last = elsewhere(fsmlock.hold(films[-1], "render").acquire)
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(films, "render", policy=Wait(up_to=timedelta(milliseconds=300))).acquire()
    assert fsmlock.waiters_on(films[0]) == ()
    with pytest.raises(fsmlock.HoldRefused) as refused:
        fsmlock.hold(films, "render", policy=RetryLater()).acquire()
    assert refused.value.retry_after
    assert [each.kind for each in fsmlock.waiters_on(films[0])] == ["retrying"]
    last.release()


def test_thousands_of_objects_are_held_in_a_transaction_and_explained_together(films):
    with transaction.atomic(), fsmlock.hold(films, "render") as held:
        assert len(held.tokens) == COUNT
    assert len(fsmlock.explain_many(films, to="render")) == COUNT
    assert len(fsmlock.available_many(films)) == COUNT
