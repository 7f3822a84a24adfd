"""Events from Redis and Valkey by a subscription of its own.

A thread takes what arrives off the socket, in batches, and never waits for the decoder: the server cuts off
a subscriber that is too slow. If the decoder lags too far behind, messages are dropped and counted.
The parameters of the connection are kombu's: address, password, TLS, database.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

import hiredis
import msgspec
from kombu.exceptions import KombuError
from kombu.serialization import prepare_accept_content
from kombu.transport.redis import Channel
from kombu.transport.virtual import Message
from msgspec import Struct

from queue_insight.event import MALFORMED, Event, Events, decode, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from socket import socket

    from celery import Celery
    from kombu import Connection

#: Maximum size of the messages that wait for the decoder, in bytes.
MAX_WAITING: Final = 32_000_000
#: The reader waits so long for more before it reads again, unless much is there.
BATCH_S: Final = 0.05
MUCH: Final = 16_384
MAX_READ: Final = 1_048_576
#: Silence after which the reader asks the server for a sign of life, and after which it gives up.
QUIET_S: Final = 10.0
PING: Final = b"*1\r\n$4\r\nPING\r\n"


class _Properties(Struct):
    body_encoding: str | None = None


class _Envelope(Struct, rename="kebab"):
    """A message as kombu publishes it; the body is decoded from base64."""

    body: bytes
    content_type: str
    properties: _Properties
    headers: dict[str, object] = {}


_decode_envelope = msgspec.json.Decoder(_Envelope).decode


def can_open(connection: Connection) -> bool:
    """Return whether this is a single server; Sentinel and clusters have rules of their own."""
    return type(connection.default_channel) is Channel


@contextmanager
def redis_stream(app: Celery, connection: Connection) -> Iterator[RedisStream]:
    """Open the stream."""
    channel = cast("Channel", connection.default_channel)
    own = channel.client.connection_pool.make_connection()
    own.connect()
    try:
        own.send_command("PSUBSCRIBE", _pattern(channel, app.conf.event_exchange))
        # Beside redis-py's parser, which builds one object after the other.
        subscription = _Subscription(own._sock)  # noqa: SLF001 - has no public name
        subscription.start()
        try:
            accept = prepare_accept_content(("json", app.conf.event_serializer))
            yield RedisStream(subscription, channel, accept=accept)
        finally:
            subscription.closed.set()
            own.disconnect()
            subscription.join()
    finally:
        own.disconnect()


def _pattern(channel: Channel, exchange: str) -> str:
    topic = f"{channel.global_keyprefix}{channel.keyprefix_fanout}{exchange}"
    escaped = "".join(f"\\{each}" if each in "*?[]\\^" else each for each in topic)
    return f"{escaped}/*" if channel.fanout_patterns else escaped


class RedisStream:
    """Decodes what the subscription has received."""

    def __init__(self, subscription: _Subscription, channel: Channel, *, accept: set[str] | None) -> None:
        self._subscription = subscription
        self._channel = channel
        self._accept = accept

    @property
    def dropped(self) -> int:
        """Messages that were dropped because too many waited here."""
        return self._subscription.dropped

    def receive(self, *, timeout_s: float) -> Events:
        """Return the events that have arrived since the last call; wait for the first one at most so long."""
        events: list[Event] = []
        malformed = 0
        for message in self._subscription.take(timeout_s):
            each = self._events(message)
            events += each.events
            malformed += each.malformed
        return Events(events, malformed)

    def _events(self, message: bytes) -> Events:
        try:
            envelope = _decode_envelope(message)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return self._by_kombu(message)
        is_plain = (
            envelope.content_type == "application/json" and envelope.properties.body_encoding == "base64"
        )
        if not is_plain or envelope.headers.get("compression"):
            return self._by_kombu(message)
        return decode(envelope.body)

    def _by_kombu(self, message: bytes) -> Events:
        # Another serializer or compression, which kombu knows, or no message of Celery's.
        try:
            decoded = Message(json.loads(message), self._channel, accept=self._accept).decode()
        except (KombuError, AttributeError, KeyError, TypeError, ValueError, RecursionError):
            return MALFORMED
        return read(decoded)


class _Subscription(threading.Thread):
    """Reads the socket."""

    def __init__(self, sock: socket) -> None:
        super().__init__(name="queue-insight-events", daemon=True)
        self._sock = sock
        self._sock.settimeout(QUIET_S)
        self._parser = hiredis.Reader()
        self._mutex = threading.Lock()
        self._arrived = threading.Event()
        self._waiting: list[bytes] = []
        self._size = 0
        self._failure: BaseException | None = None
        self.dropped = 0
        self.closed = threading.Event()

    def take(self, timeout_s: float) -> list[bytes]:
        """Return the messages that wait; wait for the first one at most so long.

        Raises what ended the connection, after everything that arrived before.
        """
        self._arrived.wait(timeout_s)
        with self._mutex:
            taken, self._waiting, self._size = self._waiting, [], 0
            if self._failure is None:
                self._arrived.clear()
        if not taken and self._failure is not None:
            raise self._failure
        return taken

    def run(self) -> None:
        """Read until the connection ends."""
        try:
            while not self.closed.is_set():
                data = self._read()
                if data:
                    self._parser.feed(data)
                    self._put()
                if len(data) < MUCH:
                    self.closed.wait(BATCH_S)
        except (OSError, hiredis.HiredisError) as error:
            self._failure = error if isinstance(error, OSError) else ConnectionError(str(error))
        self._arrived.set()

    def _read(self) -> bytes:
        try:
            data = self._sock.recv(MAX_READ)
        except TimeoutError:
            self._sock.sendall(PING)
            data = self._sock.recv(MAX_READ)
        if not data:
            raise ConnectionError("the server has closed the connection")
        return data

    def _put(self) -> None:
        with self._mutex:
            while (reply := self._parser.gets()) is not False:
                if isinstance(reply, hiredis.ReplyError):
                    raise ConnectionError(str(reply))
                match reply:
                    case [b"pmessage", _, _, bytes() as message]:
                        if self._size + len(message) > MAX_WAITING:
                            self.dropped += 1
                        else:
                            self._waiting.append(message)
                            self._size += len(message)
        if self._waiting:
            self._arrived.set()
