"""Reads RabbitMQ by passive declarations, which answer with exact counts and touch no message.

AMQP has no way to look at a message without receiving it. A message that is received and given back is marked
as redelivered, hides from workers meanwhile, changes its place in a quorum queue, and is dropped there after
some looks if the queue limits deliveries. So no message is ever read here, whatever the client may offer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, level_name

from queue_insight import conf
from queue_insight.brokers.base import BrokerState, Capabilities, DelayedMessages, QueueBacklog, Search
from queue_insight.brokers.connection import with_connection
from queue_insight.brokers.rabbitmq_management import REFRESH_S, ManagementError, managed_queues
from queue_insight.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from celery import Celery
    from kombu import Connection

    from queue_insight.brokers.base import Message
    from queue_insight.brokers.rabbitmq_management import ManagedQueue

#: Maximum length of a queue's name in bytes, which AMQP sets.
MAX_NAME: Final = 255
#: Queues in which Celery keeps delayed tasks, with any prefix.
_DELAYED: Final = re.compile(r"(?:.+_)?celery_delayed_\d{1,2}", re.DOTALL)
_NOT_FOUND: Final = 404


class RabbitMQBroker:
    """Reads the counts of RabbitMQ's queues."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    @property
    def capabilities(self) -> Capabilities:
        """What can be learned from RabbitMQ, some of it only from the management API."""
        return Capabilities(counts=True, unacked=True, delayed=True, consumers=True, discover=True)

    def read(self, queues: Iterable[str], *, peek: int, delivered: int | None = None) -> BrokerState:
        """Return the counts of these queues; no message is read, whatever `peek` and `delivered` are.

        Raises:
            BrokerUnreachableError: it did not respond, or refused the login.
        """
        del peek, delivered
        names = tuple(queue for queue in queues if not is_for_delays(queue))
        return with_connection(self._app, lambda connection: self._read(connection, names))

    def discover(self) -> tuple[str, ...]:
        """Return the names of the queues that stay when their program ends; none without the management API.

        Raises:
            BrokerUnreachableError: it did not respond, or refused the login.
        """
        managed, _ = with_connection(self._app, self._managed)
        found = (Fields({"name": each.name}).name("name") for each in managed.values() if not each.temporary)
        return tuple(
            name for name in found if name and not is_for_delays(name) and not self._is_internal(name)
        )

    def page(self, queue: str, *, skip: int, count: int) -> tuple[Message, ...]:
        """Return nothing: no message can be read."""
        del queue, skip, count
        return ()

    def locate(self, task_id: str, queue: str, *, sent_at: float | None) -> Search:
        """Find nothing: no message can be read."""
        del task_id, sent_at
        return Search(queue=queue)

    def _is_internal(self, name: str) -> bool:
        # Celery's remote control and its events, which are no queues of tasks.
        return name.endswith(".pidbox") or name.startswith(("amq.", f"{self._app.conf.event_queue_prefix}."))

    def _read(self, connection: Connection, queues: tuple[str, ...]) -> BrokerState:
        managed, failure = self._managed(connection)
        declarations = _Declarations(connection)
        try:
            backlogs = tuple(_backlog(queue, declarations, managed) for queue in queues)
            delayed = _delayed(declarations)
        finally:
            declarations.close()
        counts = [backlog.unacked for backlog in backlogs if backlog.exists]
        return BrokerState(
            backlogs=backlogs,
            unacked=None if failure or None in counts else sum(count or 0 for count in counts),
            unacked_age_s=REFRESH_S,
            delayed=delayed,
            heads_read=False,
            refused=declarations.refused,
            management_failure=failure,
        )

    def _managed(self, connection: Connection) -> tuple[Mapping[str, ManagedQueue], str]:
        """Return what the management API says, or why it says nothing."""
        vhost = connection.virtual_host or "/"
        url = conf.get().RABBITMQ_MANAGEMENT_URL or _default_url(connection)
        try:
            return managed_queues(url, vhost), ""
        except ManagementError as error:
            return {}, str(error)


def is_for_delays(queue: str) -> bool:
    """Return whether Celery keeps delayed tasks in the queue, for all queues together."""
    return _DELAYED.fullmatch(queue) is not None


class _Declarations:
    """Declares queues passively. A queue that is missing costs the channel, so another one is opened."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._channel: Any = None  # py-amqp's
        #: Why queues could not be counted, by name.
        self.refused: dict[str, str] = {}

    def declare(self, queue: str) -> tuple[int | None, int | None] | None:
        """Return how many messages and consumers the queue has; None if there is no such queue."""
        if len(queue.encode("utf-8", "replace")) > MAX_NAME:
            return None
        channel = self._channel or cast("Any", self._connection.channel())
        self._channel = channel
        try:
            _, messages, consumers = channel.queue_declare(queue, passive=True)
        except self._connection.channel_errors as error:
            self._channel = None  # the server has closed it
            if getattr(error, "code", None) == _NOT_FOUND:
                return None
            self.refused[queue] = f"{type(error).__name__}: {error}"
            return None, None
        return messages, consumers

    def close(self) -> None:
        """Close the channel, if the connection still has it."""
        if self._channel is not None and self._connection.connected:
            self._channel.close()


def _backlog(queue: str, declarations: _Declarations, managed: Mapping[str, ManagedQueue]) -> QueueBacklog:
    found = declarations.declare(queue)
    if found is None:
        return QueueBacklog(queue=queue, depth=0, consumers=0, unacked=0, exists=False)
    known = managed.get(queue)
    return QueueBacklog(
        queue=queue,
        depth=found[0],
        consumers=found[1],
        unacked=known.unacked if known else None,
        kind=known.kind if known else "",
    )


def _delayed(declarations: _Declarations) -> tuple[DelayedMessages, ...] | None:
    levels = []
    for level in range(MAX_NUMBER_OF_BITS_TO_USE):
        found = declarations.declare(level_name(level))
        if found is None:
            break  # all of them are declared together
        if found[0] is None:
            return None
        # A message leaves its level after 2^level seconds, and may then pass all lower ones.
        if found[0]:
            levels.append(DelayedMessages(within_s=float(2 ** (level + 1) - 1), count=found[0]))
    return tuple(levels)


def _default_url(connection: Connection) -> str:
    # Over TLS if the broker is, so that credentials travel no less safely than to the broker.
    scheme, port = (
        ("https", 15671) if connection.ssl or connection.transport_cls == "amqps" else ("http", 15672)
    )
    login = f"{quote(connection.userid or 'guest', safe='')}:{quote(connection.password or 'guest', safe='')}"
    return f"{scheme}://{login}@{connection.hostname or 'localhost'}:{port}"
