"""Chooses how events are received."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from queue_insight.event_streams.kombu import kombu_stream

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from celery import Celery
    from kombu import Connection

    from queue_insight.event_streams.base import EventStream


def open_stream(app: Celery, connection: Connection) -> AbstractContextManager[EventStream]:
    """Return the app's stream of events, to be entered, over a connection that has been made.

    Redis and Valkey are read without kombu, if hiredis is installed; Sentinel and other brokers by kombu.
    """
    if connection.transport.driver_type == "redis" and find_spec("hiredis"):
        from queue_insight.event_streams import redis  # noqa: PLC0415 - optional library

        if redis.can_open(connection):
            return redis.redis_stream(app, connection)
    return kombu_stream(app, connection)
