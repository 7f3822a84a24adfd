"""A real server for an ASGI application, in a thread."""

from __future__ import annotations

import http.client
import socket
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


def sent_whole(port, request_line, size, *, announced=True, **headers):
    """Send a body as browsers do, which read no answer before; return the answer."""
    length = {"Content-Length": size} if announced else {"Transfer-Encoding": "chunked"}
    lines = {"Host": "localhost"} | {name.replace("_", "-"): text for name, text in headers.items()} | length
    head = [f"{request_line} HTTP/1.1", *(f"{name}: {text}" for name, text in lines.items()), "", ""]
    piece = bytes(1_000_000)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join(head).encode())
        for _ in range(size // len(piece)):
            connection.sendall(piece if announced else b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"" if announced else b"0\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read()
