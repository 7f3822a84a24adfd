from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import modify_settings

import fsmlock
from fsmlock import backends
from fsmlock.backends import database
from fsmlock.backends.database import DatabaseBackend
from fsmlock.models import Hold
from fsmlock.testing.conformance import Conformance, claim, parent
from tests.shop.models import Film, Frame


@pytest.fixture(autouse=True)
def no_cleaning(monkeypatch):
    """Let no hold clean up, which each hundredth does by one more statement, whichever test takes it."""
    monkeypatch.setattr(database, "_CLEAN_EVERY", 2**62)


class TestDatabaseBackend(Conformance):
    @pytest.fixture
    def backend(self):
        return DatabaseBackend()

    def test_a_hold_costs_two_statements(self, backend, django_assert_num_queries):
        requested = claim(parent())
        with django_assert_num_queries(2):
            assert self.acquire(backend, requested)
            backend.release(requested, using="default")

    @pytest.mark.sqlite  # its clock starts anew with every boot
    def test_holds_from_before_a_reboot_are_expired(self, backend):
        requested = claim(parent())
        assert self.acquire(backend, requested)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE fsmlock_hold SET renewed_us = renewed_us * 10, expires_us = expires_us * 10"
            )
        assert self.acquire(backend, claim(parent()))


@pytest.fixture
def frame(transactional_db, film):
    return Frame.objects.create(film=film)


def test_a_hold_below_two_ancestors_costs_two_statements_too(frame, django_assert_num_queries):
    with django_assert_num_queries(2), fsmlock.hold(frame, "process"):
        pass


def test_ancestors_that_are_not_loaded_cost_one_query_more(frame, django_assert_num_queries):
    again = Frame.objects.get(pk=frame.pk)
    with django_assert_num_queries(3), fsmlock.hold(again, "process"):
        pass


def test_many_objects_at_once_cost_no_more_statements(frame, django_assert_num_queries):
    more = [frame, *(Frame.objects.create(film=frame.film) for _ in range(4))]
    with django_assert_num_queries(2), fsmlock.hold(more, "process"):
        pass


def test_the_token_is_the_id_of_the_held_row(frame):
    other = Frame.objects.create(film=frame.film)
    with fsmlock.hold([other, frame], "process") as held:
        seen = {h.resource: h.token for each in (frame, other) for h in fsmlock.holds_on(each)}
        assert seen == held.tokens


def test_a_refusal_costs_one_query_more_and_on_sqlite_two_for_ancestors_and_blocking_rows(
    frame, elsewhere, django_assert_num_queries
):
    held = fsmlock.hold(frame.film.room, "clean").acquire()
    with (
        django_assert_num_queries(4 if connection.vendor == "sqlite" else 2),
        pytest.raises(fsmlock.HoldRefused),
    ):
        elsewhere(fsmlock.hold(frame, "process").acquire)
    held.release()


def test_retries_announced_by_earlier_versions_are_shown_and_migrated(transactional_db):
    backend, announced = DatabaseBackend(), claim(parent())
    backend.announce_retry(announced, using="default", expires_in=timedelta(minutes=1))
    Hold.objects.update(kind="later")
    (found,) = backend.find(["shop.film:1"], using="default")
    assert (found.kind, found.waits) == ("retrying", True)
    call_command("migrate", "fsmlock", "0003_pre_functions_v1", verbosity=0)
    call_command("migrate", "fsmlock", verbosity=0)
    assert Hold.objects.get().kind == "retrying"
    assert backend.acquire(claim(parent()), using="default").tokens


@pytest.fixture
def without_tables(transactional_db):
    """A database in which the migrations of the package have not run; afterwards they have run again."""
    film = Film.objects.create(name="Film 1")
    call_command("migrate", "fsmlock", "zero", verbosity=0)
    yield film
    call_command("migrate", verbosity=0)


def test_a_forgotten_migration_is_reported_in_a_sentence(without_tables):
    with pytest.raises(
        fsmlock.errors.FsmlockError, match=r"Run manage.py migrate fsmlock --database default\."
    ):
        fsmlock.hold(without_tables, "render").acquire()
    expected = pytest.raises(fsmlock.StoreUnavailable, match="has no table for holds yet")
    with expected as away, backends.Answering("default"):
        fsmlock.holds_on(without_tables)
    assert away.value.reasons[0].code == "not_migrated"


def test_a_forgotten_app_is_reported_in_a_sentence(without_tables):
    with (
        modify_settings(INSTALLED_APPS={"remove": "fsmlock"}),
        pytest.raises(fsmlock.errors.FsmlockError, match=r"Add fsmlock to INSTALLED_APPS, then run manage"),
    ):
        fsmlock.hold(without_tables, "render").acquire()
