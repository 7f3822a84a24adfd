"""Which broker an app uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.errors import BrokerUnsupportedError

if TYPE_CHECKING:
    from celery import Celery

    from queue_insight.brokers.base import Broker


def broker_for(app: Celery) -> Broker:
    """Return what looks into this app's broker.

    Raises:
        BrokerUnsupportedError: the broker is neither Redis nor Valkey.
    """
    transport = str(app.connection_for_read().transport_cls or "amqp")
    if transport.removesuffix("+ssl") not in {"redis", "rediss", "sentinel"}:
        raise BrokerUnsupportedError(transport)
    from queue_insight.brokers.redis import RedisBroker  # noqa: PLC0415 - optional library

    return RedisBroker(app)
