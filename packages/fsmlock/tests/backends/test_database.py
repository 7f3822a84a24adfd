from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext, modify_settings

import fsmlock
from fsmlock import backends
from fsmlock.backends import database
from fsmlock.backends.base import MOST_HOLDS, Granted
from fsmlock.backends.database import DatabaseBackend
from fsmlock.models import Hold
from fsmlock.rules import LockRequest
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


def test_stopping_finds_the_rows_of_its_claims_by_an_index(transactional_db, film):
    resource = f"shop.film:{film.pk}"
    together = frozenset({"ingest"})
    backend = DatabaseBackend()
    Hold.objects.bulk_create(
        Hold(
            claim=f"{n:032x}", resource=f"shop.film:0{n}", lock="render", kind="held", holder="h",
            since_us=0, renewed_us=0, expires_us=2**60,
        )
        for n in range(5000)
    )  # fmt: skip
    for _ in range(3):
        wanted = LockRequest(resource=resource, lock="ingest", compatible_with=together)
        assert isinstance(backend.acquire(claim(wanted), using="default"), Granted)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fsmlock_hold")
    holds = backend.find([resource], using="default")
    with CaptureQueriesContext(connection) as captured:
        assert len(backend.stop(holds, by="editor", why="", force=True, using="default")) == 3
    (update,) = (each["sql"] for each in captured if each["sql"].startswith("UPDATE"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{update}")
        plan = str(cursor.fetchall())
    assert "fsmlock_hold_claim" in plan
    assert not re.search("SCAN fsmlock_hold|Seq Scan", plan)


def sent_by(function):
    """The statements that a refused claim sends, without the values of their parameters."""
    with CaptureQueriesContext(connection) as captured, pytest.raises(fsmlock.HoldRefused) as refused:
        function()
    sent = [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "ROLLBACK"))]
    return [(sql.count("SELECT"), sql.count("UNION")) for sql in sent], refused.value


@pytest.mark.parametrize("policy", [fsmlock.Fail(), fsmlock.Wait(up_to=timedelta(milliseconds=1))])
def test_a_refusal_of_many_objects_sends_the_statements_of_one_of_few(
    transactional_db, film, elsewhere, policy
):
    films = [Film.objects.create(name=f"Film {n}", room=film.room) for n in range(450)]
    held = elsewhere(fsmlock.hold(films[0], "render").acquire)
    sent_by(fsmlock.hold(films[:20], "render", policy=policy).acquire)  # the first one of a session prepares
    few, _ = sent_by(fsmlock.hold(films[:20], "render", policy=policy).acquire)
    many, refused = sent_by(fsmlock.hold(films, "render", policy=policy).acquire)
    held.release()
    assert many == few
    assert [reason.code for reason in refused.reasons] == ["held"]


def test_one_that_hides_behind_many_of_one_s_own_holds_is_found_by_the_same_statements(
    transactional_db, film, elsewhere
):
    films = [Film.objects.create(name=f"Film {n}", room=film.room) for n in range(20)]
    outer = None
    with ExitStack() as own:
        for _ in range(MOST_HOLDS + 2):
            outer = own.enter_context(fsmlock.hold(films, "ingest", within=outer))
        held = elsewhere(fsmlock.hold(films[-1], "preview", holder="a visitor").acquire)
        found = []
        for objects in (films[-12:], films[-12:], films):
            sent, refused = sent_by(fsmlock.hold(objects, "render", within=outer).acquire)
            found.append(sent)
            assert [reason.params["holder"] for reason in refused.reasons] == ["a visitor"]
        held.release()
    assert found[1] == found[2]


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
