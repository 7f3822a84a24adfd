"""A bad network between agent and server: it reads HTTP, and spoils one exchange or another.

``Weather`` says how bad it is; every exchange draws its own fate from the storm's seeded luck.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field

#: Bytes a second of a link that is hardly one.
SLOW_BYTES_S = 3000
#: What may happen to one exchange, and how often in relation to one another.
FATES = {
    "cut in the request": 2,
    "reset in the request": 2,
    "answer lost": 2,
    "answer cut": 1,
    "request twice": 2,
    "request twice at once": 2,
    "answered 500": 1,
    "answered 503": 1,
    "slow": 1,
}


@dataclass(slots=True)
class Weather:
    """The share of exchanges that go wrong, and whether there is a network at all."""

    share: float = 0.0
    up: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whole; an agent says how long its bodies are."""

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
    """``with Proxy(...) as proxy:`` listens at ``proxy.port`` in a thread of its own."""

    target: int
    seed: int
    weather: Weather = field(default_factory=Weather)
    done: Counter[str] = field(default_factory=Counter)
    port: int = 0

    def __enter__(self):
        self._luck, self._deck = random.Random(self.seed), []
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
        self._stop, self._links = asyncio.Event(), set()
        server = await asyncio.start_server(self._link, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _link(self, reader, writer):
        task = asyncio.current_task()
        self._links.add(task)
        try:
            while self.weather.up and (request := await read_request(reader)):
                if not await self._exchange(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._links.discard(task)
            reset(writer)

    async def _exchange(self, request, writer):
        """Bring one request over and its answer back; False when the link is over after that."""
        fate = self._draw() if self._luck.random() < self.weather.share else "well"
        self.done[fate] += 1
        if not self.weather.up:
            return False
        return await getattr(self, "_" + fate.replace(" ", "_"))(request, writer)

    def _draw(self):
        """Deal from a shuffled deck, so that each fate comes up soon."""
        if not self._deck:
            self._deck = [fate for fate, times in FATES.items() for _ in range(times)]
            self._luck.shuffle(self._deck)
        return self._deck.pop()

    async def _well(self, request, writer):
        return await answer_with(writer, await self._ask(request))

    async def _cut_in_the_request(self, request, writer):
        await self._send_part(request, reset_it=False)
        return False

    async def _reset_in_the_request(self, request, writer):
        await self._send_part(request, reset_it=True)
        return False

    async def _answer_lost(self, request, writer):
        await self._ask(request)
        return False

    async def _answer_cut(self, request, writer):
        answer = await self._ask(request)
        await answer_with(writer, answer[: self._luck.randrange(1, len(answer))] if answer else b"")
        return False

    async def _request_twice(self, request, writer):
        first = await self._ask(request)
        again = await self._ask(request)
        return await answer_with(writer, self._luck.choice([first, again]))

    async def _request_twice_at_once(self, request, writer):
        answers = await asyncio.gather(self._ask(request), self._ask(request))
        return await answer_with(writer, self._luck.choice(answers))

    async def _answered_500(self, request, writer):
        return await answer_with(writer, error_answer(500, "Internal Server Error", ""))

    async def _answered_503(self, request, writer):
        return await answer_with(writer, error_answer(503, "Service Unavailable", "Retry-After: 1\r\n"))

    async def _slow(self, request, writer):
        return await answer_with(writer, await self._ask(request, bytes_s=SLOW_BYTES_S))

    async def _send_part(self, request, *, reset_it):
        """Send up to a random byte, then end the link; the server has time to read what came."""
        _, upstream = await asyncio.open_connection("127.0.0.1", self.target)
        upstream.write(request.whole[: self._luck.randrange(len(request.whole))])
        await upstream.drain()
        await asyncio.sleep(self._luck.uniform(0, 0.05))
        if reset_it:
            reset(upstream)
        else:
            upstream.close()

    async def _ask(self, request, bytes_s=0):
        """Ask the server over a link of its own; no bytes when it does not answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            step = max(bytes_s // 10, 1) if bytes_s else len(request.whole)
            for start in range(0, len(request.whole), step):
                writer.write(request.whole[start : start + step])
                await writer.drain()
                if bytes_s:
                    await asyncio.sleep(0.1)
            return await read_answer(reader, request.method)
        except (OSError, asyncio.IncompleteReadError):
            return b""
        finally:
            writer.close()


async def read_request(reader):
    """The next request on a link; None when the link has ended."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    return Request(head, await reader.readexactly(length_of(head)))


async def read_answer(reader, method):
    """One answer, whole."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    bodiless = method == b"HEAD" or status == 204
    return head + (b"" if bodiless else await reader.readexactly(length_of(head)))


async def answer_with(writer, answer):
    """Pass an answer on; False when there is none, or it ends the link."""
    writer.write(answer)
    await writer.drain()
    return bool(answer) and b"connection: close" not in answer.lower()


def length_of(head):
    """The length of the body that follows."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def error_answer(status, reason, headers):
    """What a proxy that is in trouble says: it is no JSON."""
    body = f"<html><h1>{status} {reason}</h1></html>"
    return f"HTTP/1.1 {status} {reason}\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def reset(writer):
    """End a link as a box that lost its state does: by RST, with whatever was under way."""
    link = writer.get_extra_info("socket")
    if link is not None and link.fileno() >= 0:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
