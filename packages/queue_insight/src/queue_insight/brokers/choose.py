"""Chooses the broker's reader from the Celery app's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from queue_insight.brokers.virtual import VirtualBroker
from queue_insight.celery_app import transport
from queue_insight.errors import BrokerUnsupportedError

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.brokers.base import Broker

REDIS: Final = frozenset({"redis", "rediss", "redis+socket", "sentinel"})
RABBITMQ: Final = frozenset({"amqp", "amqps", "pyamqp"})

VIRTUAL: Final = frozenset({"filesystem", "memory"})


def broker_for(app: Celery) -> Broker:
    """Return the reader of this app's broker.

    Raises:
        BrokerUnsupportedError: there is no reader for this kind of broker.
    """
    name = transport(app)
    if name in REDIS:
        from queue_insight.brokers.redis_pages import RedisPages  # noqa: PLC0415 - optional library

        return RedisPages(app)
    if name in RABBITMQ:
        from queue_insight.brokers.rabbitmq import RabbitMQBroker  # noqa: PLC0415 - its own client

        return RabbitMQBroker(app)
    if name in VIRTUAL:
        return VirtualBroker(app)
    raise BrokerUnsupportedError(name)
