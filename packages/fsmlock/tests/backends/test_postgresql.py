from __future__ import annotations

import time

import pytest
from django.db import Error, connection, connections

import fsmlock
from fsmlock.backends import postgresql
from tests.conftest import make_film

pytestmark = pytest.mark.postgresql


@pytest.fixture
def real_film(transactional_db):
    return make_film()


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


def test_a_decision_kept_open_by_a_transaction_delays_others_only_briefly(real_film):
    other = connections.create_connection("default")
    other.settings_dict = connection.settings_dict
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [postgresql.advisory_key(f"shop.film:{real_film.pk}")]
        )
        started = time.monotonic()
        with pytest.raises(fsmlock.HoldRefused) as refused:
            fsmlock.hold(real_film, "render").acquire()
        assert time.monotonic() - started < 5
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
