"""Chooses the broker's reader from the Celery app's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.errors import BrokerUnsupportedError

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.brokers.base import Broker, Pages

REDIS = frozenset({"redis", "rediss", "redis+socket", "sentinel"})


def broker_for(app: Celery) -> Broker:
    """Return the reader of this app's broker.

    Raises:
        BrokerUnsupportedError: the broker is neither Redis nor Valkey.
    """
    # Read the URL, not kombu's connection, which would import the client library of the named transport.
    url = str(app.conf.broker_read_url or app.conf.broker_url or "amqp://")
    transport = str(app.conf.broker_transport or url.partition(":")[0])
    if transport not in REDIS:
        raise BrokerUnsupportedError(transport)
    from queue_insight.brokers.redis import RedisBroker  # noqa: PLC0415 - optional library

    return RedisBroker(app)


def pages_for(app: Celery) -> Pages:
    """Return the reader of pages of this app's broker.

    Raises:
        BrokerUnsupportedError: the broker is neither Redis nor Valkey.
    """
    broker_for(app)
    from queue_insight.brokers.redis_pages import RedisPages  # noqa: PLC0415 - optional library

    return RedisPages(app)
