"""An unreliable network between agent and server: a proxy that reads HTTP and spoils some exchanges.

``NetworkConditions`` contains the error rate; the seed determines the fault of each exchange.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field

#: Throughput of a slow connection.
SLOW_BYTES_S = 3000
#: The faults of an exchange with their relative frequencies.
FAULTS = {
    "cut in the request": 2,
    "reset in the request": 2,
    "response lost": 2,
    "response cut": 1,
    "request twice": 2,
    "request twice at once": 2,
    "status 401": 1,
    "status 403": 1,
    "status 407": 1,
    "status 413": 1,
    "status 500": 1,
    "status 503": 1,
    "slow": 1,
}


@dataclass(slots=True)
class NetworkConditions:
    """The share of exchanges that fail, and whether there is a network at all."""

    error_rate: float = 0.0
    up: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """One complete request. Its body has the length in its header, as the agent sends it."""

    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        return self.head + self.body

    @property
    def method(self) -> bytes:
        return self.head.split(b" ", 1)[0]


@dataclass
class Proxy:
    """Listens at ``proxy.port`` in its own thread: ``with Proxy(...) as proxy:``."""

    target: int
    seed: int
    network: NetworkConditions = field(default_factory=NetworkConditions)
    counts: Counter[str] = field(default_factory=Counter)
    port: int = 0

    def __enter__(self):
        self._random, self._shuffled_faults = random.Random(self.seed), []
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,))
        self._thread.start()
        started.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self, started):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(started))
        self._loop.close()

    async def _serve(self, started):
        self._stop, self._connections = asyncio.Event(), set()
        server = await asyncio.start_server(self._handle_connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _handle_connection(self, reader, writer):
        task = asyncio.current_task()
        self._connections.add(task)
        try:
            while self.network.up and (request := await read_request(reader)):
                if not await self._exchange(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            reset(writer)

    async def _exchange(self, request, writer):
        """Forward one request and its response; return False if the connection ends after that."""
        fault = self._next_fault() if self._random.random() < self.network.error_rate else "forward"
        self.counts[fault] += 1
        if not self.network.up:
            return False
        return await getattr(self, "_" + fault.replace(" ", "_"))(request, writer)

    def _next_fault(self):
        """Take the next of the shuffled faults, so that each one occurs soon."""
        if not self._shuffled_faults:
            self._shuffled_faults = [fault for fault, times in FAULTS.items() for _ in range(times)]
            self._random.shuffle(self._shuffled_faults)
        return self._shuffled_faults.pop()

    async def _forward(self, request, writer):
        return await send_response(writer, await self._forward_request(request))

    async def _cut_in_the_request(self, request, writer):
        await self._send_part(request, reset_connection=False)
        return False

    async def _reset_in_the_request(self, request, writer):
        await self._send_part(request, reset_connection=True)
        return False

    async def _response_lost(self, request, writer):
        await self._forward_request(request)
        return False

    async def _response_cut(self, request, writer):
        response = await self._forward_request(request)
        await send_response(writer, response[: self._random.randrange(1, len(response))] if response else b"")
        return False

    async def _request_twice(self, request, writer):
        first = await self._forward_request(request)
        again = await self._forward_request(request)
        return await send_response(writer, self._random.choice([first, again]))

    async def _request_twice_at_once(self, request, writer):
        responses = await asyncio.gather(self._forward_request(request), self._forward_request(request))
        return await send_response(writer, self._random.choice(responses))

    async def _status_401(self, request, writer):
        return await send_response(writer, error_response(401, "Unauthorized", ""))

    async def _status_403(self, request, writer):
        return await send_response(writer, error_response(403, "Forbidden", ""))

    async def _status_407(self, request, writer):
        return await send_response(writer, error_response(407, "Proxy Authentication Required", ""))

    async def _status_413(self, request, writer):
        return await send_response(writer, error_response(413, "Content Too Large", ""))

    async def _status_500(self, request, writer):
        return await send_response(writer, error_response(500, "Internal Server Error", ""))

    async def _status_503(self, request, writer):
        return await send_response(writer, error_response(503, "Service Unavailable", "Retry-After: 1\r\n"))

    async def _slow(self, request, writer):
        return await send_response(writer, await self._forward_request(request, bytes_s=SLOW_BYTES_S))

    async def _send_part(self, request, *, reset_connection):
        """Send up to a random byte, then end the connection after the server had time to read."""
        _, upstream = await asyncio.open_connection("127.0.0.1", self.target)
        upstream.write(request.whole[: self._random.randrange(len(request.whole))])
        await upstream.drain()
        await asyncio.sleep(self._random.uniform(0, 0.05))
        if reset_connection:
            reset(upstream)
        else:
            upstream.close()

    async def _forward_request(self, request, bytes_s=0):
        """Send the request over a separate connection; return no bytes if the server does not respond."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            step = max(bytes_s // 10, 1) if bytes_s else len(request.whole)
            for start in range(0, len(request.whole), step):
                writer.write(request.whole[start : start + step])
                await writer.drain()
                if bytes_s:
                    await asyncio.sleep(0.1)
            return await read_response(reader, request.method)
        except (OSError, asyncio.IncompleteReadError):
            return b""
        finally:
            writer.close()


async def read_request(reader):
    """Return the next request on a connection; None if the connection has ended."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    return Request(head, await reader.readexactly(length_of(head)))


async def read_response(reader, method):
    """Return one complete response."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    bodiless = method == b"HEAD" or status == 204
    return head + (b"" if bodiless else await reader.readexactly(length_of(head)))


async def send_response(writer, response):
    """Forward a response; return False if there is none or it ends the connection."""
    writer.write(response)
    await writer.drain()
    return bool(response) and b"connection: close" not in response.lower()


def length_of(head):
    """Return the length of the body that follows."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def error_response(status, reason, headers):
    """Return the response of a failing proxy, which is not JSON."""
    body = f"<html><h1>{status} {reason}</h1></html>"
    return f"HTTP/1.1 {status} {reason}\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def reset(writer):
    """End a connection by RST, as a router that lost its state does."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
