"""Reads Redis and Valkey through Celery's own transport, so that keys, prefixes and credentials are the same.

kombu stores a queue as one list for each priority step, `queue` and `queue + separator + step`. It pushes
on the left and pops on the right, so the right end is delivered next. A delivered message stays in the hash
`unacked` until it is acknowledged.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import redis

from queue_insight.brokers.base import BrokerState, Message, QueueBacklog
from queue_insight.errors import BrokerUnreachableError
from queue_insight.fields import Fields
from queue_insight.publish_time import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from celery import Celery
    from kombu.transport.redis import Channel

# Other producers may use other steps than this app, so count all that AMQP's priorities 0 to 9 allow.
ALL_STEPS = range(10)


class RedisBroker:
    """Reads kombu's Redis keys without changing them."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def _bindings(self) -> dict[tuple[str, str], str]:
        queues = self._app.amqp.queues.values()
        return {(queue.exchange.name, queue.routing_key): queue.name for queue in queues}

    def read(self, queues: Iterable[str], *, peek: int) -> BrokerState:
        """Return the backlog of these queues in one round trip.

        Raises:
            BrokerUnreachableError: it did not respond.
        """
        with self._app.connection_or_acquire() as connection:
            try:
                # connect() would sleep for two seconds before it fails, and a page waits for this.
                connection.ensure_connection(max_retries=1, interval_start=0, reraise_as_library_errors=False)
                return _read(connection.default_channel, tuple(queues), peek, self._bindings())
            except (*connection.connection_errors, *connection.channel_errors, OSError) as error:
                raise BrokerUnreachableError(connection.as_uri(), error) from error


def _read(
    channel: Channel, queues: tuple[str, ...], peek: int, bindings: Mapping[tuple[str, str], str]
) -> BrokerState:
    # kombu's own client adds its key prefix to some commands only: use a plain one on the same connections.
    client = redis.Redis(connection_pool=channel.client.connection_pool)
    steps = sorted({*channel.priority_steps, *ALL_STEPS})
    unacked_key = f"{channel.global_keyprefix}{channel.unacked_key}"
    with client.pipeline(transaction=False) as pipeline:
        for queue in queues:
            for step in steps:
                key = f"{channel.global_keyprefix}{queue}{f'{channel.sep}{step}' if step else ''}"
                pipeline.llen(key)
                pipeline.lrange(key, -peek, -1) if peek else pipeline.lrange(key, 1, 0)
        pipeline.hlen(unacked_key)
        pipeline.hscan(unacked_key, count=max(peek, 1))
        *lists, unacked, (_, some) = pipeline.execute()
    replies = iter(lists)
    reader = _MessageReader(bindings)
    return BrokerState(
        backlogs=tuple(_backlog(queue, replies, len(steps), peek, reader) for queue in queues),
        unacked=unacked,
        unacked_head=tuple(reader.unacked(list(some.values())[:peek])),
        malformed=reader.malformed,
    )


def _backlog(
    queue: str, replies: Iterator[Any], steps: int, peek: int, reader: _MessageReader
) -> QueueBacklog:
    depth = 0
    head: list[Message] = []
    for _ in range(steps):
        depth += next(replies)
        raw: list[bytes] = next(replies)
        head.extend(reader.waiting(reversed(raw[-(peek - len(head)) :] if peek > len(head) else []), queue))
    return QueueBacklog(queue=queue, depth=depth, head=tuple(head))


class _MessageReader:
    """Reads messages that any client may have put there, and counts those that it can't understand."""

    def __init__(self, bindings: Mapping[tuple[str, str], str]) -> None:
        self._bindings = bindings
        self.malformed = 0

    def waiting(self, raw: Iterable[bytes], queue: str) -> Iterator[Message]:
        """Yield the tasks among the messages of one queue."""
        for each in raw:
            if message := self._message(_json(each), queue):
                yield message

    def unacked(self, raw: Iterable[bytes]) -> Iterator[Message]:
        """Yield the tasks among the delivered messages."""
        for each in raw:
            match _json(each):
                case [dict() as payload, str() as exchange, str() as routing_key]:
                    # Without an exchange the routing key is the queue's name, with one it is the binding's.
                    queue = self._bindings.get((exchange, routing_key), routing_key)
                    if message := self._message(payload, queue):
                        yield message
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
                )
                self.malformed += fields.malformed
                return message
        self.malformed += 1
        return None


def _json(raw: bytes) -> object:
    # A foreign value in the list is counted but cannot be described.
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
