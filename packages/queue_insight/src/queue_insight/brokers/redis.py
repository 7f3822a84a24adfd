"""Reads Redis and Valkey through Celery's own transport, so that keys, prefixes and credentials are the same.

kombu stores a queue as one list for each priority step, `queue` and `queue + separator + step`. It pushes
on the left and pops on the right, so the right end is delivered next. A delivered message stays in the hash
`unacked` until it is acknowledged.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, cast

import redis

from queue_insight.brokers.base import BrokerState, Capabilities, Message, QueueBacklog
from queue_insight.brokers.connection import connected
from queue_insight.brokers.redis_scripts import DELIVERED, LENGTHS, MAX_BYTES, MAX_MESSAGE, WAITING
from queue_insight.fields import Fields
from queue_insight.publish_time import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from celery import Celery
    from kombu.transport.redis import Channel

#: Number of lists that are counted in one script, which takes at most about as many microseconds.
LENGTHS_AT_ONCE: Final = 500
#: Number of `SCAN` calls in one discovery, and of keys in each.
SCANS: Final = 20
SCAN_COUNT: Final = 500

# Other producers may use other steps than this app, so count all that AMQP's priorities 0 to 9 allow.
ALL_STEPS = range(10)


class RedisBroker:
    """Reads kombu's Redis keys without changing them."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        #: Where the search for queues continues.
        self._cursor = 0

    @property
    def capabilities(self) -> Capabilities:
        """What can be learned from Redis: everything but delays and consumers, which kombu does not keep."""
        return Capabilities(counts=True, unacked=True, page=True, find=True, discover=True)

    def _bindings(self) -> dict[tuple[str, str], str]:
        queues = self._app.amqp.queues.values()
        return {(queue.exchange.name, queue.routing_key): queue.name for queue in queues}

    def read(self, queues: Iterable[str], *, peek: int, delivered: int | None = None) -> BrokerState:
        """Return the backlog of these queues in two round trips, moving at most 1 MB and a few messages.

        Raises:
            BrokerUnreachableError: it did not respond.
        """
        with self._connected() as channel:
            return _read(
                channel,
                tuple(queues),
                self._bindings(),
                peek=peek,
                delivered=peek if delivered is None else delivered,
            )

    def discover(self) -> tuple[str, ...]:
        """Return the names of queues that any process of the project has declared, found since the last call.

        Each call looks at a bounded number of keys and continues where the last one ended.

        Raises:
            BrokerUnreachableError: it did not respond.
        """
        with self._connected() as channel:
            # One table for each exchange: a set of routing key, pattern and queue, joined by the separator.
            client = plain_client(channel)
            prefix = f"{channel.global_keyprefix}{channel.keyprefix_queue % ''}"
            tables: list[Any] = []
            for _ in range(SCANS):
                self._cursor, keys = client.scan(self._cursor, match=f"{_escape(prefix)}*", count=SCAN_COUNT)
                tables += keys
                if self._cursor == 0:
                    break
            exchanges = {key: key.decode("utf-8", "replace").removeprefix(prefix) for key in tables}
            with client.pipeline(transaction=False) as pipeline:
                read = [key for key, exchange in exchanges.items() if not self._is_internal(exchange)]
                for key in read:
                    pipeline.sscan(key, count=SCAN_COUNT)
                replies = pipeline.execute() if read else []
        separator = channel.sep.encode()
        members = (member for _, members in replies for member in members)
        names = (member.split(separator)[-1].decode("utf-8", "replace") for member in members)
        return tuple(dict.fromkeys(name for name in map(_as_name, names) if name))

    def _is_internal(self, exchange: str) -> bool:
        # Celery's remote control and its events, which are no queues of tasks.
        conf = self._app.conf
        return exchange.endswith(".pidbox") or exchange in {conf.event_exchange, conf.control_exchange}

    @contextmanager
    def _connected(self) -> Iterator[Channel]:
        with connected(self._app) as connection:
            yield cast("Channel", connection.default_channel)


def plain_client(channel: Channel) -> redis.Redis:
    """Return a client for raw keys on the channel's connections."""
    # kombu's own client adds its key prefix to some commands only: use a plain one on the same connections.
    return redis.Redis(connection_pool=channel.client.connection_pool)


def step_keys(channel: Channel, queue: str) -> list[str]:
    """Return the keys of a queue's lists, one for each priority step, in order of delivery."""
    name = f"{channel.global_keyprefix}{queue}"
    steps = sorted({*channel.priority_steps, *ALL_STEPS})
    return [f"{name}{channel.sep}{step}" if step else name for step in steps]


def _escape(pattern: str) -> str:
    return "".join(f"\\{each}" if each in "*?[]\\^" else each for each in pattern)


def _as_name(name: str) -> str:
    return Fields({"name": name}).name("name")


def _read(
    channel: Channel,
    queues: tuple[str, ...],
    bindings: Mapping[tuple[str, str], str],
    *,
    peek: int,
    delivered: int,
) -> BrokerState:
    client = plain_client(channel)
    prefix = channel.global_keyprefix
    lists = {queue: step_keys(channel, queue) for queue in queues}
    # Step by step, as few processes use any but the first.
    keys = [key for step in zip(*lists.values(), strict=True) for key in step]
    with client.pipeline(transaction=False) as pipeline:
        for first in range(0, len(keys), LENGTHS_AT_ONCE):
            some = keys[first : first + LENGTHS_AT_ONCE]
            pipeline.eval(LENGTHS, len(some), *some)
        pipeline.hlen(f"{prefix}{channel.unacked_key}")
        *lengths, unacked = pipeline.execute()
    depths: dict[str, int] = dict(zip(keys, chain.from_iterable(lengths), strict=True))
    filled = [key for key, depth in depths.items() if depth and peek]
    budget = MAX_BYTES // (len(filled) + 1)
    with client.pipeline(transaction=False) as pipeline:
        for key in filled:
            pipeline.eval(WAITING, 1, key, peek, budget, MAX_MESSAGE)
        delivered_keys = (f"{prefix}{channel.unacked_index_key}", f"{prefix}{channel.unacked_key}")
        pipeline.eval(DELIVERED, 2, *delivered_keys, delivered if unacked else 0, budget, MAX_MESSAGE)
        *heads, taken = pipeline.execute()
    reader = MessageReader(bindings)
    raw = dict(zip(filled, heads, strict=True))
    return BrokerState(
        backlogs=tuple(
            QueueBacklog(
                queue=queue,
                depth=sum(depths[key] for key in keys),
                head=tuple(reader.waiting(_first([(raw.get(key, ()), depths[key]) for key in keys]), queue))[
                    :peek
                ],
            )
            for queue, keys in lists.items()
        ),
        unacked=unacked,
        unacked_head=tuple(reader.unacked(taken)),
        malformed=reader.malformed,
        visibility_timeout_s=float(channel.visibility_timeout),
    )


def _first(lists: Iterable[tuple[Sequence[bytes], int]]) -> Iterator[bytes]:
    """Yield what was read of a queue's lists up to the first gap: behind it no position is known."""
    for read, depth in lists:
        yield from read
        if len(read) < depth:
            return


class MessageReader:
    """Reads messages that any client may have put there, and counts those that it can't understand."""

    def __init__(self, bindings: Mapping[tuple[str, str], str]) -> None:
        self._bindings = bindings
        self.malformed = 0

    def waiting(self, raw: Iterable[bytes], queue: str) -> Iterator[Message]:
        """Yield the tasks among the messages of one queue."""
        for each in raw:
            if message := self._message(_json(each, b"{"), queue):
                yield message

    def unacked(self, raw: Iterable[tuple[bytes, bytes]]) -> Iterator[Message]:
        """Yield the tasks among the delivered messages, each of which comes with when it was delivered."""
        for each, at in raw:
            match _json(each, b"[{"):
                case [dict() as payload, str() as exchange, str() as routing_key]:
                    # Without an exchange the routing key is the queue's name, with one it is the binding's.
                    queue = self._bindings.get((exchange, routing_key), routing_key)
                    if message := self._message(payload, queue):
                        yield replace(message, delivered_at=_time(at))
                case _:
                    self.malformed += 1

    def _message(self, payload: object, queue: str) -> Message | None:
        match payload:
            case {"headers": dict() as headers, "properties": dict() as properties}:
                fields = Fields(headers)
                message = Message(
                    id=fields.name("id") or Fields(properties).name("correlation_id"),
                    queue=queue,
                    name=fields.name("task"),
                    args_summary=fields.summary("argsrepr", "kwargsrepr"),
                    sent_at=fields.time(HEADER),
                    eta=fields.date("eta"),
                    expires=fields.date("expires"),
                    retries=fields.count("retries") or 0,
                )
                self.malformed += fields.malformed
                return message
        self.malformed += 1
        return None


def _time(score: bytes) -> float | None:
    # By the worker's clock, and anybody may have written another value.
    try:
        return Fields({"at": float(score)}).time("at")
    except ValueError:
        return None


def _json(raw: bytes, opening: bytes) -> object:
    # Only the end was moved: kombu writes the body first, in base64, then the headers.
    if len(raw) >= MAX_MESSAGE or raw.startswith(b'", "content-encoding": '):
        body, found, end = raw.partition(b'", "content-encoding": ')
        raw = opening + b'"content-encoding": ' + end if found and b'"' not in body else raw
    # A foreign value is counted but cannot be described.
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
