"""A persistent HTTP connection to the server, on `http.client`.

Files are sent from disk in blocks, so memory stays flat whatever their size. A connection that the server has
closed in the meantime is detected before it is used.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import select
import socket
import ssl
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from camera_agent import __version__
from camera_agent.errors import BadInput, LinkDown, PictureLost
from camera_agent.remote.request_body import FilePart, FilePartReader
from camera_agent.remote.response import API_PREFIX, Response
from eliot_progress import inject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.home import Json
    from camera_agent.remote.request_body import Throttle

#: The time-out of `socket.sendall` applies per block: 64 KiB in 60 s allows links down to 1.1 kB/s.
BLOCK = 1 << 16
TIMEOUT_S = 60.0
#: A response is a small JSON object; larger ones are not read.
MAX_RESPONSE_BYTES = 1 << 20
UNKNOWN_AUTHORITY = "Use a certificate of a known authority, or set SSL_CERT_FILE to yours."
#: OpenSSL's codes of a certificate that is not valid yet, or has expired: a Pi's clock may be years behind.
NOT_NOW = (9, 10)
OUT_OF_DATE = "Check this machine's clock: date; or renew the certificate."


class Client:
    """Sends requests to one server, one after another. For use by one thread, except `abort()`."""

    def __init__(
        self,
        server: str,
        *,
        token: str | None = None,
        timeout_s: float = TIMEOUT_S,
        throttle: Throttle | None = None,
    ) -> None:
        try:
            parts = urlsplit(server if "//" in server else f"http://{server}")
            host, port = parts.hostname, parts.port
            (host or "").encode("idna")
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if not host or parts.scheme not in ("http", "https"):
            raise BadInput(f"{server!r} is no address of a server.", "Give one as https://timelapse.example.")
        if parts.username is not None:
            raise BadInput(
                "An address of a server has no user name.", "Give one as https://timelapse.example."
            )
        self.server = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self.token = token
        self._timeout_s, self._throttle = timeout_s, throttle
        self._base = parts.path.rstrip("/") + API_PREFIX
        self._connection: http.client.HTTPConnection = (
            http.client.HTTPSConnection(
                host, port, timeout=timeout_s, blocksize=BLOCK, context=_tls_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=timeout_s, blocksize=BLOCK)
        )

    def post(self, path: str, message: Mapping[str, Json]) -> Response:
        """Send a JSON object. LinkDown when there is no response."""
        body = json.dumps(message).encode()
        return self._exchange("POST", path, {"Content-Type": "application/json"}, body)

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: FilePart | None = None
    ) -> Response:
        """Send a request, with a part of a file as its body.

        LinkDown when there is no response, PictureLost when the file can't be read.
        """
        if body is None:
            return self._exchange(method, path, headers, b"" if method in ("POST", "PATCH") else None)
        with FilePartReader(body, throttle=self._throttle) as reader:
            sized = {**headers, "Content-Length": str(body.size - body.offset)}
            return self._exchange(method, path, sized, reader)

    def abort(self) -> None:
        """Cut the connection, so that a thread that waits for it gets LinkDown at once."""
        if (connected := self._connection.sock) is not None:
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._connection.close()

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | FilePartReader | None
    ) -> Response:
        if self._is_stale():
            self._connection.close()
        used_before = self._connection.sock is not None
        try:
            self._send(method, self._base + path, self._all_headers(headers), body)
            return self._receive()
        except ConnectionError as error:
            self._connection.close()
            if used_before and not isinstance(body, FilePartReader):
                # The server closed an idle connection in the same instant. Every request may be repeated, but
                # an upload is better resumed where it broke.
                return self._exchange(method, path, headers, body)
            raise self._unreachable(error) from error
        except ssl.SSLCertVerificationError as error:
            self._connection.close()
            raise LinkDown(
                f"The certificate of {self.server} can't be trusted: {error.verify_message}.",
                OUT_OF_DATE if error.verify_code in NOT_NOW else UNKNOWN_AUTHORITY,
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            # ValueError: an invalid status line or length.
            self._connection.close()
            raise self._unreachable(error) from error
        except PictureLost:
            self._connection.close()
            raise

    def _unreachable(self, error: Exception) -> LinkDown:
        return LinkDown(
            f"{self.server} can't be reached: {_reason(error)}.", "Check the address and the network."
        )

    def _all_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        own = {"User-Agent": f"camera-agent/{__version__}", "Accept": "application/json"}
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        # The server logs its work below the current action.
        inject(own)
        return {**own, **headers}

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | FilePartReader | None
    ) -> None:
        try:
            self._connection.request(method, path, body, headers)  # type: ignore[arg-type] # it reads
        except (BrokenPipeError, ConnectionResetError):
            # The server may have refused before it read everything; its response counts more than our error.
            if self._connection.sock is None:
                raise

    def _receive(self) -> Response:
        # The socket's time-out applies to each read; this limits a response that trickles in for ever.
        timed_out = threading.Event()

        def cut() -> None:
            timed_out.set()
            self.abort()

        watchdog = threading.Timer(2 * self._timeout_s, cut)
        watchdog.daemon = True
        watchdog.start()
        try:
            response = self._connection.getresponse()
            raw = response.read(MAX_RESPONSE_BYTES)
        finally:
            watchdog.cancel()
        if timed_out.is_set():
            raise TimeoutError
        if not response.isclosed():
            self._connection.close()
        try:
            # Unlike the standard library's it takes neither NaN nor half of a surrogate pair.
            parsed = msgspec.json.decode(raw) if raw else {}
        except (ValueError, RecursionError):
            parsed = {}
        return Response(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=parsed if isinstance(parsed, dict) else {},
            server=self.server,
        )

    def _is_stale(self) -> bool:
        """Whether the server has closed the idle connection: only then there is something to read."""
        if self._connection.sock is None:
            return False
        waiting = select.poll()
        waiting.register(self._connection.sock, select.POLLIN)
        return bool(waiting.poll(0))


@functools.cache
def _tls_context() -> ssl.SSLContext:
    """Return the TLS context; made once, because loading all authorities takes time and memory."""
    return ssl.create_default_context()


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError) and error.reason:
        return f"TLS does not work there ({error.reason.lower().replace('_', ' ')})"
    if isinstance(error, http.client.RemoteDisconnected):
        return "the connection was closed without an answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
