from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from django.core.management import call_command
from django.db import Error, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

import fsmlock
from fsmlock import clock
from fsmlock.backends import postgresql
from fsmlock.backends.base import Denied, Granted
from fsmlock.backends.database import DatabaseBackend
from fsmlock.testing.conformance import claim, parent
from tests.conftest import make_film
from tests.shop.models import Frame
from tests.waiting import wait_until

pytestmark = pytest.mark.postgresql


@pytest.fixture
def real_film(transactional_db):
    return make_film()


@pytest.fixture
def real_frame(real_film):
    return Frame.objects.create(film=real_film)


@pytest.fixture
def move_wall_clock(transactional_db):
    """Return a function that shifts the server's clock for the SQL of every new connection."""
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA moved")
        cursor.execute(f"ALTER DATABASE {name} SET search_path = moved, pg_catalog, public")

    def move(hours):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
                f" $$ SELECT pg_catalog.clock_timestamp() + interval '{hours} hours' $$"
            )
        connections.close_all()

    move(0)
    yield move
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} RESET search_path")
        cursor.execute("DROP SCHEMA moved CASCADE")
    connections.close_all()


@pytest.mark.parametrize("hours", [1, -1])
def test_no_hold_is_lost_or_kept_because_the_servers_wall_clock_was_moved(
    real_film, move_wall_clock, hours, elsewhere
):
    held = fsmlock.hold(real_film, "render").acquire()
    move_wall_clock(hours)
    with pytest.raises(fsmlock.HoldRefused):
        elsewhere(fsmlock.hold(real_film, "render").acquire)
    assert held.renew()
    held.check()
    with connection.cursor() as cursor:  # as if the holder had died and the lease had run out
        cursor.execute("UPDATE fsmlock_hold SET clock_expires_us = 0")
    elsewhere(fsmlock.hold(real_film, "render").acquire).release()
    held.release()


def test_nobody_waits_for_the_end_of_a_transaction_that_keeps_a_decision_open(real_film):
    other = connections.create_connection("default")
    other.settings_dict = connection.settings_dict
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [postgresql.advisory_key(f"shop.film:{real_film.pk}")]
        )
        with pytest.raises(fsmlock.HoldRefused) as refused:  # while that transaction is open
            fsmlock.hold(real_film, "render").acquire()
        assert [reason.code for reason in refused.value.reasons] == ["busy"]
        cursor.execute("ROLLBACK")
    other.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
    fsmlock.hold(real_film, "render").acquire().release()


def test_a_stricter_isolation_is_refused_with_the_remedy(real_film):
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_isolation = 'repeatable read'")
        try:
            with pytest.raises(Error, match="READ COMMITTED"):
                fsmlock.hold(real_film, "render").acquire()
        finally:
            cursor.execute("RESET default_transaction_isolation")


def execute(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def functions():
    return {name for (name,) in execute("SELECT proname FROM pg_proc WHERE proname LIKE 'fsmlock%%'")}


def migrate(name):
    call_command("migrate", "fsmlock", name, verbosity=0)


@pytest.fixture
def migrations(transactional_db):
    """Migrate in a test; afterwards all migrations have run again."""
    yield migrate
    call_command("migrate", verbosity=0)


@pytest.mark.parametrize("function", [postgresql.ACQUIRE, postgresql.RELEASE], ids=lambda f: f.name)
def test_the_called_arguments_are_the_declared_ones(db, function):
    ((declared,),) = execute("SELECT pg_get_function_arguments(%s::regproc)", function.name)
    arguments = [re.sub(" DEFAULT .*", "", text).split(" ", 1) for text in re.split(r", (?=p_)", declared)]
    arguments = [(name, kind) for name, kind in arguments if name.startswith("p_")]
    assert dict(function.arguments) == dict(arguments)
    optional = {text.split()[0] for text in re.split(r", (?=p_)", declared) if " DEFAULT " in text}
    acquire = postgresql._acquire_arguments(claim(parent()), None, 1)
    always = {"fsmlock_acquire_v3": set(acquire), "fsmlock_release_v2": set(function.arguments)}[
        function.name
    ]
    assert always == set(function.arguments) - optional


@pytest.mark.parametrize("text", ["a", 'a"b', "a\\b", "a,b", "{a}", "NULL", "ä'%", ""])
def test_a_text_array_keeps_every_character(db, text):
    ((values,),) = execute("SELECT %s::text[]", postgresql._text_array([text, "x", text]))
    assert values == [text, "x", text]
    assert execute("SELECT cardinality(%s::text[])", postgresql._text_array([])) == [(0,)]


class BackendOfVersion2:
    """What a process that still runs the code before version 3 does."""

    def acquire(self, requested):
        (request,) = requested.requests
        rows = execute(
            "SELECT * FROM fsmlock_acquire_v2(p_claim => %s, p_holder => 'h', p_why => '', p_lease_us => %s,"
            " p_advisory_keys => ARRAY[%s], p_exclusive => '{t}', p_resources => ARRAY[%s],"
            " p_locks => ARRAY[%s], p_kinds => '{held}', p_boot_id => %s, p_boot_expires_us => %s)",
            requested.id,
            requested.lease_us,
            postgresql.advisory_key(request.resource),
            request.resource,
            request.lock,
            clock.boot_id(),
            int(clock.now() * 1_000_000) + requested.lease_us,
        )
        return bool(rows)

    def release(self, requested):
        execute(
            "SELECT fsmlock_release_v2(p_claim => %s, p_resources => ARRAY[%s], p_locks => ARRAY[%s],"
            " p_only_waiting => false)",
            requested.id,
            requested.requests[0].resource,
            requested.requests[0].lock,
        )


def test_old_and_new_code_exclude_each_other_during_a_rolling_deploy(migrations):
    migrations("0010_history_and_retries")
    migrations("0011_pre_functions_v3")
    before, now = BackendOfVersion2(), DatabaseBackend()
    old, new = claim(parent()), claim(parent())
    assert before.acquire(old)
    refused = now.acquire(new, using="default", queue=True)
    assert isinstance(refused, Denied)
    assert [h.claim for h in refused.holds] == [old.id]
    place = now.wait_queue(new, using="default")
    before.release(old)
    [notification] = connection.connection.notifies(timeout=30, stop_after=1)
    assert notification.channel == f"fsmlock_{new.id}"
    place.close()
    assert isinstance(now.acquire(new, using="default", ticket=refused.ticket), Granted)
    assert not before.acquire(old)
    now.release(new, using="default")
    assert before.acquire(old)
    before.release(old)


def test_earlier_functions_are_removed_once_nobody_calls_them(migrations):
    latest = {"fsmlock_acquire_v3", "fsmlock_release_v2", "fsmlock_advisory_lock_v1"}
    assert functions() == latest
    migrations("0002_hold_clock")
    assert functions() == set()
    migrations("0006_pre_functions_v2")
    second = {"fsmlock_acquire_v2", "fsmlock_release_v2", "fsmlock_advisory_lock_v1"}
    assert functions() == second | {"fsmlock_acquire_v1", "fsmlock_release_v1"}
    migrations("0011_pre_functions_v3")
    assert functions() == latest | second
    migrations("0012_post_functions_v3")
    assert functions() == latest


def test_a_check_of_ancestors_is_sent_to_a_session_once(real_frame):
    connection.close()
    with CaptureQueriesContext(connection) as captured:
        for _ in range(2):
            fsmlock.hold(real_frame, "process").acquire().release()
    sent = ["p_check_sql" in query["sql"] for query in captured if "p_check " in query["sql"]]
    assert sent == [True, False]


@pytest.mark.parametrize("inside", [nullcontext, transaction.atomic])
def test_a_session_that_a_pooler_has_exchanged_is_prepared_again(real_frame, inside):
    fsmlock.hold(real_frame, "process").acquire().release()
    execute("DEALLOCATE ALL")  # what the other session knows
    with inside():
        held = fsmlock.hold(real_frame, "process").acquire()
        assert held
        held.release()
    assert execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'fsmlock%%'") == [(1,)]


def test_a_decision_sees_the_move_of_a_holder_who_released_during_it(real_frame):
    there = make_film()
    mover = fsmlock.hold(real_frame, "*").acquire()

    def take():
        try:
            return fsmlock.hold(real_frame, "process").acquire()
        finally:
            connections.close_all()

    def waits_for_the_rows():
        execute("SELECT pg_stat_clear_snapshot()")
        return execute(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND query LIKE '%%fsmlock_acquire%%' AND pid <> pg_backend_pid()"
        )

    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            execute("LOCK TABLE fsmlock_hold IN ACCESS EXCLUSIVE MODE")
            taken = threads.submit(take)
            wait_until(waits_for_the_rows)
            Frame.objects.filter(pk=real_frame.pk).update(film=there)
            mover.release()
        held = taken.result(timeout=30)
    [request] = held.claim.requests
    assert f"shop.film:{there.pk}" in [each.resource for each in request.inherited]
    held.release()


def test_a_migration_that_has_not_run_is_reported_in_a_sentence(real_film, migrations):
    migrations("0002_hold_clock")
    sentence = (
        "The migration fsmlock.0011_pre_functions_v3 has not run on the database 'default': the function"
        " fsmlock_acquire_v3 is missing."
    )
    with pytest.raises(fsmlock.errors.FsmlockError, match=re.escape(sentence)):
        fsmlock.hold(real_film, "render").acquire()
    out, err = io.StringIO(), io.StringIO()
    call_command("fsmlock", "doctor", stdout=out)
    assert f"not_migrated: {sentence} Run manage.py migrate fsmlock --database default." in out.getvalue()
    call_command("check", databases=["default"], stderr=err)
    assert f"(fsmlock.W005) {sentence}" in err.getvalue()
    migrations("0011_pre_functions_v3")
    fsmlock.hold(real_film, "render").acquire().release()


def hold_many(resource, count, lock="look"):
    """Hold one lock many times, in a table of which the planner knows nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fsmlock_hold (claim, resource, lock, kind, waits, holder, why, since_us, renewed_us,"
            " expires_us, clock, clock_expires_us, stop_by, stop_why)"
            " SELECT 'many' || n, %s, %s, 'held', false, '', '', 0, 0, 4e15, '', 4e15, '', ''"
            " FROM generate_series(1, %s) AS n",
            [resource, lock, count],
        )


def rows_read():
    """How many rows of the table this transaction has read, by the index or all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'fsmlock_hold'"
        )
        return cursor.fetchone()[0]


def refusal(film, *locks):
    """How many rows it reads to refuse these locks, by a session that has asked for them often enough."""
    before = rows_read()
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(film, *locks).acquire()
    return rows_read() - before


@pytest.mark.django_db
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("lock", ["render", "preview"])
def test_a_refusal_reads_as_few_rows_of_a_crowd_as_of_a_few_holds(film, elsewhere, lock, known):
    """By the crowd, and by a hold beside a crowd that is compatible, whatever the planner knows."""
    execute("TRUNCATE fsmlock_hold")  # then nothing is known of it
    resource = f"shop.film:{film.pk}"
    held = elsewhere(fsmlock.hold(film, "preview").acquire)
    for _ in range(10):  # then its plans are made
        refusal(film, lock)
    hold_many(resource, 10, lock="ingest")
    few = refusal(film, lock)
    hold_many(resource, 3000, lock="ingest")
    hold_many("shop.film:0", 20_000)  # in a large table one plan seems as good as another
    if known:
        execute("ANALYZE fsmlock_hold")
    assert refusal(film, lock) <= few < 50
    held.release()


@pytest.mark.django_db
def test_a_crowd_at_the_end_of_the_table_is_found_by_the_index_when_the_planner_knows_it(film):
    hold_many("shop.film:0", 5000)
    hold_many(f"shop.film:{film.pk}", 5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fsmlock_hold")
    before = whole_reads()
    with pytest.raises(fsmlock.HoldRefused, match="look on film"):
        fsmlock.hold(film, "render").acquire()
    assert whole_reads() == before


def whole_reads():
    """How often this transaction has read all rows of the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'fsmlock_hold'")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_session_that_began_with_few_holds_decides_by_the_index_when_there_are_many(film):
    """Otherwise its plans would read the whole table until the statistics are renewed."""
    before = whole_reads()
    for _ in range(20):
        with fsmlock.hold(film, "render"):
            pass
    hold_many("shop.film:0", 3000)
    with fsmlock.hold(film, "render"):
        pass
    assert whole_reads() == before
