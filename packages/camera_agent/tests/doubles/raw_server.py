"""A server on a raw socket that says the same bytes to whoever connects, sense or nonsense."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class RawServer:
    """`with Saying(b"...") as server:` answers each request by these bytes and hangs up.

    With `trickle` it goes on for ever, a byte at a time, until the other side has gone.
    """

    def __init__(self, content: bytes, *, trickle: bool = False) -> None:
        self._content, self._trickle, self.trickled = content, trickle, 0
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            with peer, contextlib.suppress(OSError):
                peer.settimeout(5)
                peer.recv(1 << 16)
                peer.sendall(self._content)
                while self._trickle and not self._over.wait(0.05):
                    peer.sendall(b"x")
                    self.trickled += 1
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(1 << 16):
                    pass
