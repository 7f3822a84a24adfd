"""Ports on the loopback interface."""

from __future__ import annotations

import socket

from timelapse.project.stack.errors import StackError


def require_free(port: int) -> int:
    """Return the port if it is free.

    Raises:
        StackError: it is in use or not allowed.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            msg = f"Port {port} can't be used: {error.strerror}. Choose another with --port."
            raise StackError(msg) from error
    return port


def free_port() -> int:
    """Return a port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
