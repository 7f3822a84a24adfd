from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

import fsmlock
from fsmlock.backends.base import Denied, Granted
from fsmlock.backends.database import DatabaseBackend
from fsmlock.testing.conformance import claim, parent
from tests.conftest import make_film
from tests.shop.models import Film

pytestmark = pytest.mark.sqlite


@pytest.fixture
def real_film(transactional_db):
    return make_film()


@contextmanager
def somebody_writes():
    other = connections.create_connection("default")
    other.settings_dict = connection.settings_dict
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("UPDATE shop_film SET name = name")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            other.close()


def take_in_a_transaction(film):
    with transaction.atomic():
        Film.objects.count()
        fsmlock.hold(film, "render").acquire()


def test_a_transaction_that_has_read_is_refused_with_the_setting_that_helps(real_film, monkeypatch):
    monkeypatch.setattr(connection, "transaction_mode", None)
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
    with somebody_writes(), pytest.raises(fsmlock.StoreUnavailable) as refused:
        take_in_a_transaction(real_film)
    (reason,) = refused.value.reasons
    assert reason.code == "database_locked"
    assert "option transaction_mode of the database default to IMMEDIATE" in reason.remedy


def test_a_database_that_somebody_writes_to_for_too_long_is_a_reason(real_film):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
    with somebody_writes(), pytest.raises(fsmlock.StoreUnavailable) as refused:
        fsmlock.hold(real_film, "render").acquire()
    (reason,) = refused.value.reasons
    assert reason.code == "database_locked"
    assert "Try again" in reason.remedy
    connection.close()


def test_a_release_while_somebody_writes_does_not_fail_finished_work(real_film):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
    held = fsmlock.hold(real_film, "render").acquire()
    with somebody_writes():
        held.release()
    assert not held
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_name_of_a_lock_may_contain_what_means_something_in_a_statement():
    backend, lock = DatabaseBackend(), "it's 100 %(claim)s"
    first, second = (
        claim(parent(lock, compatible_with=frozenset(names)), lease=10) for names in ((), ("it's",))
    )
    assert isinstance(backend.acquire(first, using="default"), Granted)
    assert isinstance(backend.acquire(second, using="default"), Denied)
    backend.release(first, using="default")
    assert isinstance(backend.acquire(second, using="default"), Granted)
    backend.release(second, using="default")
    assert not backend.find(first.resources, using="default")
