from __future__ import annotations

import pytest
from celery import Celery

from queue_insight.event_streams import choose
from queue_insight.event_streams.choose import open_stream
from queue_insight.event_streams.kombu import KombuStream
from queue_insight.event_streams.redis import RedisStream


def opened(app):
    with app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1)
        with open_stream(app, connection) as stream:
            return type(stream)


def test_redis_is_read_without_kombu(app):
    assert opened(app) is RedisStream


def test_another_broker_is_read_by_kombu():
    assert opened(Celery("memory", broker="memory://", set_as_current=False)) is KombuStream


@pytest.mark.parametrize("missing", ["hiredis"])
def test_without_the_fast_parser_redis_is_read_by_kombu(app, monkeypatch, missing):
    monkeypatch.setattr(choose, "find_spec", lambda name: None)
    assert opened(app) is KombuStream
