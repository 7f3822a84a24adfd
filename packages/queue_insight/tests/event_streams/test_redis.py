from __future__ import annotations

import contextlib
import json
import os

import pytest
from celery.events.event import get_exchange
from hiredis import HiredisError
from kombu import Producer
from tests.waiting import wait_until

from queue_insight.event_streams import redis as streams
from queue_insight.event_streams.redis import redis_stream


@contextlib.contextmanager
def opened(app):
    with app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1)
        with redis_stream(app, connection) as stream:
            yield stream


@contextlib.contextmanager
def dispatcher(app, **options):
    with app.connection_for_write() as connection:
        yield app.events.Dispatcher(connection, hostname="one@test", **options)


def receiver(stream):
    """Return a function that returns all that has been received so far."""
    events, malformed = [], 0

    def received():
        nonlocal malformed
        more = stream.receive(timeout_s=0.1)
        events.extend(more.events)
        malformed += more.malformed
        return events, malformed

    return received


def wait_for(received, number):
    return wait_until(lambda: (found := received()) and len(found[0]) >= number and found)


def subscribed(app, stream, send):
    """Send heartbeats until one arrives, since a subscription begins some time after it was asked for."""
    return wait_until(lambda: send("worker-heartbeat") or stream.receive(timeout_s=0.1).events)


@pytest.mark.parametrize("options", [{}, {"global_keyprefix": "mine*"}, {"fanout_patterns": False}])
def test_events_arrive_as_they_were_sent(app, options):
    app.conf.broker_transport_options = options
    with opened(app) as stream, dispatcher(app) as sender:
        subscribed(app, stream, sender.send)
        received = receiver(stream)
        sender.send("task-started", uuid="t1")
        sender.send("task-succeeded", uuid="t1")
        events, malformed = wait_until(lambda: (f := received()) and len(f[0]) >= 2 and f)
    started, succeeded = [event for event in events if event.uuid][-2:]
    assert (started.type, started.hostname, started.uuid, started.pid) == (
        "task-started",
        "one@test",
        "t1",
        os.getpid(),
    )
    assert succeeded.type == "task-succeeded"
    assert malformed == 0


def test_events_of_another_database_are_not_received(app, broker_url):
    server, _, database = broker_url.rpartition("/")
    other = app.connection_for_write(url=f"{server}/{(int(database) + 1) % 64}")
    with opened(app) as stream, dispatcher(app) as sender, other as connection:
        subscribed(app, stream, sender.send)
        app.events.Dispatcher(connection, hostname="other@test").send("worker-heartbeat")
        sender.send("worker-online")
        received = receiver(stream)
        events, _ = wait_until(
            lambda: (f := received()) and any(e.type == "worker-online" for e in f[0]) and f
        )
    assert {event.hostname for event in events} == {"one@test"}


def test_what_kombu_compressed_is_read(app):
    with opened(app) as stream, dispatcher(app) as sender, app.connection_for_write() as connection:
        subscribed(app, stream, sender.send)
        exchange = get_exchange(connection, name=app.conf.event_exchange)
        producer = Producer(connection.channel(), exchange=exchange, serializer="json")
        event = {"type": "task-started", "uuid": "t1", "hostname": "one@test"}
        producer.publish(event, compression="zlib", routing_key="task.started")
        received = receiver(stream)
        _, malformed = wait_until(lambda: (f := received()) and any(e.uuid for e in f[0]) and f)
    assert malformed == 0


JUNK = [
    "not json",
    "[1]",
    '{"properties": {}}',
    '{"body": "gA==", "content-type": "application/x-python-serialize", "properties": {"delivery_tag": "1"}}',
    json.dumps({"body": "=", "content-type": "application/json", "properties": {"body_encoding": "base64"}}),
]


@pytest.mark.parametrize("junk", JUNK)
def test_what_is_no_event_is_counted(app, broker_url, junk):
    with opened(app) as stream, dispatcher(app) as sender, app.connection_for_write() as connection:
        subscribed(app, stream, sender.send)
        topic = f"/{broker_url.rpartition('/')[2]}.{app.conf.event_exchange}/worker.heartbeat"
        connection.default_channel.client.publish(topic, junk)
        received = receiver(stream)
        assert wait_until(lambda: received()[1]) == 1


def test_a_slow_decoder_makes_messages_drop_but_never_the_reader_wait(app, monkeypatch):
    monkeypatch.setattr(streams, "MAX_WAITING", 20_000)
    with opened(app) as stream, dispatcher(app) as sender:
        subscribed(app, stream, sender.send)
        wait_until(lambda: sender.send("task-started", uuid="t1", args="x" * 900) or stream.dropped)
        waiting = stream.receive(timeout_s=0.1).events
        assert 0 < len(waiting) < 20, "what was there before is kept, up to the limit"
        received = receiver(stream)
        sender.send("task-failed", uuid="t2")
        wait_until(lambda: "t2" in [event.uuid for event in received()[0]])


def test_a_lost_connection_ends_the_stream(app):
    with opened(app) as stream, dispatcher(app) as sender, app.connection_for_write() as connection:
        subscribed(app, stream, sender.send)
        client = connection.default_channel.client
        client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

        def ended():
            try:
                stream.receive(timeout_s=0.1)
            except (OSError, HiredisError) as error:
                return error
            return None

        assert isinstance(wait_until(ended), ConnectionError)
