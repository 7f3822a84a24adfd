"""Counts what waits in kombu's filesystem and memory transports, which keep no other figures.

A memory broker exists in one process, so only that process can see what waits in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from queue_insight.brokers.base import BrokerState, Capabilities, QueueBacklog, Search
from queue_insight.brokers.connection import with_connection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from celery import Celery
    from kombu import Connection

    from queue_insight.brokers.base import Message


class VirtualBroker:
    """Reads the counts of kombu's own queues."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    @property
    def capabilities(self) -> Capabilities:
        """What can be learned: how many messages wait."""
        return Capabilities(counts=True)

    def read(self, queues: Iterable[str], *, peek: int, delivered: int | None = None) -> BrokerState:
        """Return the counts of these queues; no message is read, whatever `peek` and `delivered` are.

        Raises:
            BrokerUnreachableError: the folder of the queues cannot be read.
        """
        del peek, delivered
        names = tuple(queues)
        return with_connection(self._app, lambda connection: _read(connection, names))

    def discover(self) -> tuple[str, ...]:
        """Return nothing: these transports do not list their queues."""
        return ()

    def page(self, queue: str, *, skip: int, count: int) -> tuple[Message, ...]:
        """Return nothing: no message is read."""
        del queue, skip, count
        return ()

    def locate(self, task_id: str, queue: str, *, sent_at: float | None) -> Search:
        """Find nothing: no message is read."""
        del task_id, sent_at
        return Search(queue=queue)


def _read(connection: Connection, queues: tuple[str, ...]) -> BrokerState:
    return BrokerState(backlogs=tuple(_backlog(connection, queue) for queue in queues), heads_read=False)


def _backlog(connection: Connection, queue: str) -> QueueBacklog:
    channel = cast("Any", connection.default_channel)
    try:
        return QueueBacklog(queue=queue, depth=channel.queue_declare(queue, passive=True).message_count)
    except connection.channel_errors:
        # Raised for a queue that is missing, and for nothing else.
        return QueueBacklog(queue=queue, depth=0, exists=False)
