from __future__ import annotations

from celery import Celery
from tests.waiting import wait_until

from queue_insight.event_streams.kombu import KombuStream, kombu_stream


def test_events_arrive_from_a_broker_that_only_kombu_knows():
    app = Celery("memory", broker="memory://", set_as_current=False)
    with app.connection_for_read() as connection, kombu_stream(app, connection) as stream:
        app.events.Dispatcher(connection, hostname="one@test").send("task-started", uuid="t1")
        received = []
        wait_until(lambda: received.extend(stream.receive(timeout_s=0.1).events) or received)
    assert [(event.type, event.uuid) for event in received] == [("task-started", "t1")]
    assert KombuStream.dropped == 0


def test_a_message_that_kombu_cannot_decode_is_counted():
    app = Celery("memory", broker="memory://", set_as_current=False)
    with app.connection_for_read() as connection, kombu_stream(app, connection) as stream:
        stream.on_malformed(None, ValueError("no JSON"))
        assert stream.receive(timeout_s=0.01) == ([], 1)
