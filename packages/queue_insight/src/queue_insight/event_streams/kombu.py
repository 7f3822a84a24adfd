"""Events as kombu receives them, from any broker."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from celery.events.event import get_exchange
from kombu import Consumer, Queue, uuid

from queue_insight.event import MALFORMED, Events, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from celery import Celery
    from kombu import Connection

logger = logging.getLogger("queue_insight")

#: What kombu raises on malformed messages, which any client of the broker can publish.
MALFORMED_ERRORS: Final = (AttributeError, KeyError, TypeError, ValueError)


@contextmanager
def kombu_stream(app: Celery, connection: Connection) -> Iterator[KombuStream]:
    """Open the stream."""
    stream = KombuStream(connection)
    with Consumer(
        connection.channel(),
        queues=[_queue(app, connection)],
        no_ack=True,
        accept=["json", app.conf.event_serializer],
        callbacks=[stream.on_message],
        on_decode_error=stream.on_malformed,
    ):
        yield stream


class KombuStream:
    """Collects what kombu delivers."""

    #: kombu leaves on the broker what it has not read.
    dropped = 0

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._received: list[Events] = []

    def receive(self, *, timeout_s: float) -> Events:
        """Return the events of the next message."""
        self._check_heartbeat()
        try:
            self._connection.drain_events(timeout=timeout_s)
        except TimeoutError:
            pass
        except MALFORMED_ERRORS as error:
            self.on_malformed(None, error)
        received, self._received = self._received, []
        return Events(
            [event for each in received for event in each.events], sum(e.malformed for e in received)
        )

    def _check_heartbeat(self) -> None:
        if self._connection.supports_heartbeats:
            try:
                self._connection.heartbeat_check()
            except self._connection.connection_errors:
                # Closing politely would wait for an answer of the broker that is silent.
                self._connection.collect()
                raise

    def on_message(self, body: object, _message: object) -> None:
        """Take in a message."""
        self._received.append(read(body))

    def on_malformed(self, _message: object, error: Exception) -> None:
        """Take in a message that could not be decoded."""
        self._received.append(MALFORMED)
        logger.warning("an event could not be read (%s: %s)", type(error).__name__, error)


def _queue(app: Celery, connection: Connection) -> Queue:
    return Queue(
        f"{app.conf.event_queue_prefix}.queue-insight-{uuid()}",
        exchange=get_exchange(connection, name=app.conf.event_exchange),
        routing_key="#",
        auto_delete=True,
        durable=False,
        expires=app.conf.event_queue_expires,
        message_ttl=app.conf.event_queue_ttl,
    )
