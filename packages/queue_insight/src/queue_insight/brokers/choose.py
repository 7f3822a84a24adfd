"""Which broker an app uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.errors import BrokerUnsupportedError

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.brokers.base import Broker

REDIS = frozenset({"redis", "rediss", "redis+socket", "sentinel"})


def broker_for(app: Celery) -> Broker:
    """Return what looks into this app's broker.

    Raises:
        BrokerUnsupportedError: the broker is neither Redis nor Valkey.
    """
    # From the URL, not from kombu's connection: that imports the client library of any transport named.
    url = str(app.conf.broker_read_url or app.conf.broker_url or "amqp://")
    transport = str(app.conf.broker_transport or url.partition(":")[0])
    if transport not in REDIS:
        raise BrokerUnsupportedError(transport)
    from queue_insight.brokers.redis import RedisBroker  # noqa: PLC0415 - optional library

    return RedisBroker(app)
