"""A real server for an ASGI application, in a thread."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import uvicorn

from tests.waiting import wait_until


@contextmanager
def serving(application):
    """Serve it, and yield the port."""
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
