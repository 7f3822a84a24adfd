from __future__ import annotations

import json

import pytest
from celery import Celery
from celery.events.event import get_exchange
from kombu import Producer, uuid
from kombu.message import Message
from tests.conftest import databases, kill
from tests.waiting import wait_until

from queue_insight import TaskState, WorkerState, diagnose, install, snapshot
from queue_insight.event_streams.kombu import KombuStream, kombu_stream
from queue_insight.sending import uninstall
from queue_insight.stored_state import load, load_all_tasks
from queue_insight.stores.redis import RedisStore


@pytest.fixture
def broker_url(rabbit_url):
    return rabbit_url


@pytest.fixture
def app(rabbit_app):
    return rabbit_app


@pytest.fixture
def store(valkey):
    return RedisStore(f"redis://127.0.0.1:{valkey.port}/{next(databases) % 64}", key_prefix=uuid())


def on_rabbitmq(test):
    # The server takes seconds to start, and on a busy machine a minute.
    return pytest.mark.slow(pytest.mark.timeout(300)(test))


def look(app, store, condition):
    return wait_until(lambda: (now := snapshot(app, store=store)) and condition(now) and now, 60)


@on_rabbitmq
def test_over_rabbitmq_a_task_is_followed_to_its_end_and_a_killed_worker_noticed(
    app, store, worker, run_collector, tmp_path
):
    run_collector()
    look(app, store, lambda now: now.fresh)
    go = tmp_path / "go"
    first, waits = (app.send_task("work.wait_for", (str(go),)).id for _ in range(2))
    process = worker("-E", "-c", "1", "--prefetch-multiplier=1")
    now = look(app, store, lambda now: now.running and now.workers and now.workers[0].slots)
    assert (now.find(first).state, now.find(first).worker) == (TaskState.RUNNING, "one@test")
    assert now.queue("celery").running == 1
    assert now.queue("celery").workers == ("one@test",)
    assert now.queue("celery").consumers == 1
    go.touch()
    look(app, store, lambda now: len(now.finished) == 2)

    late = app.send_task("work.wait_for_late", (str(tmp_path / "never"),)).id
    look(app, store, lambda now: now.find(late) and now.find(late).state is TaskState.RUNNING)
    kill(process)
    now = look(app, store, lambda now: now.worker("one@test").state is WorkerState.GONE)
    assert now.find(late).state is TaskState.LOST
    assert diagnose(late, now)[0].params["redelivered"] is None
    assert now.queue("celery").depth == 1, "RabbitMQ has put it back"
    assert diagnose(waits, now)[0].code == "finished"


@on_rabbitmq
def test_what_waits_in_rabbitmq_is_named_by_the_senders_with_its_coverage(
    app, store, run_collector, settings
):
    run_collector()
    look(app, store, lambda now: now.fresh)
    for _ in range(3):
        app.send_task("work.do")
    app.send_task("work.rest")
    app.send_task("work.later", countdown=600)  # its sender says that it is not due
    app.conf.task_send_sent_event = False
    app.send_task("work.silent")
    now = look(app, store, lambda now: now.queue("celery").names)
    now = look(
        app,
        store,
        lambda now: now.queue("celery").depth == 6 and sum(now.queue("celery").names.values()) == 4,
    )
    assert now.queue("celery").names == {"work.do": 3, "work.rest": 1}
    assert now.queue("celery").oldest_wait_s is None, (
        "one of the tasks whose sender said nothing may be older"
    )
    settings.QUEUE_INSIGHT |= {"STORE": "memory://", "MAX_SENT": 100}
    install(app)
    try:
        app.send_task("work.noted")
        app.send_task("work.later", countdown=600)
        noted = {"work.do": 3, "work.rest": 1, "work.noted": 1}
        look(app, store, lambda now: (queue := now.queue("celery")).depth == 8 and queue.names == noted)
    finally:
        uninstall()
    assert [*now.queued] == []
    assert diagnose("unknown", now)[0].code == "not_known"


@on_rabbitmq
def test_a_restart_of_rabbitmq_is_survived_by_the_collector_and_by_readers(
    app, store, worker, rabbitmq, run_collector, tmp_path
):
    run_collector()
    worker("-E", "-c", "1")
    task = app.send_task("work.wait_for_late", (str(tmp_path / "never"),)).id
    look(app, store, lambda now: now.running and now.workers and now.workers[0].slots)
    rabbitmq.kill()
    try:
        down = look(app, store, lambda now: not now.fresh)
        assert {note.code for note in down.notes} == {"queues_unknown", "collector_disconnected"}
        assert {each.state for each in down.workers} == {WorkerState.UNKNOWN}
        assert diagnose("never-sent", down)[0].code == "not_known"
    finally:
        rabbitmq.start()
    now = look(app, store, lambda now: now.fresh and now.queue("celery") and now.running)
    assert TaskState.LOST not in {each.state for each in now.running}
    # Until its worker is heard again, what became of the task is not known.
    at_work = {TaskState.RUNNING, TaskState.RESERVED}
    now = look(app, store, lambda now: now.running and {each.state for each in now.running} <= at_work)
    assert now.find(task) is not None


@on_rabbitmq
def test_a_broker_that_hangs_is_no_end_of_its_workers(app, store, worker, rabbitmq, run_collector, tmp_path):
    run_collector()
    worker("-E", "-c", "1")
    task = app.send_task("work.wait_for", (str(tmp_path / "never"),)).id
    look(app, store, lambda now: now.running and now.workers and now.workers[0].slots)
    states = set()
    with rabbitmq.suspended():

        def is_noticed():
            stored = load(store)
            tasks = load_all_tasks(store)
            states.update(each.ended_at for each in tasks if each.id == task)
            return stored.state.connected_since is None

        wait_until(is_noticed)
    assert states == {None}, "the task must never seem to have ended"
    look(app, store, lambda now: now.fresh)


def test_events_arrive_from_a_broker_that_only_kombu_knows():
    app = Celery("memory", broker="memory://", set_as_current=False)
    with app.connection_for_read() as connection, kombu_stream(app, connection) as stream:
        app.events.Dispatcher(connection, hostname="one@test").send("task-started", uuid="t1")
        received = []
        wait_until(lambda: received.extend(stream.receive(timeout_s=0.1).events) or received)
    assert [(event.type, event.uuid) for event in received] == [("task-started", "t1")]
    assert KombuStream.dropped == 0


@pytest.fixture
def memory():
    """A stream over a broker in memory, and a function that publishes raw bodies to it."""
    app = Celery("memory", broker=f"memory://{uuid()}", set_as_current=False)
    app.conf.update(event_serializer="pickle", event_exchange=uuid())
    with app.connection_for_read() as connection, kombu_stream(app, connection) as stream:
        exchange = get_exchange(connection, name=app.conf.event_exchange)

        def publish(body, **options):
            producer = Producer(connection, exchange=exchange, routing_key="task.started")
            producer.publish(body, content_encoding="utf-8", **options)

        yield stream, publish


def received(stream):
    """What the stream returns next that is not empty."""
    return wait_until(lambda: (events := stream.receive(timeout_s=0.1)) != ([], 0) and events)


def test_two_events_of_one_message_are_decoded_without_kombu(memory, monkeypatch):
    stream, publish = memory
    monkeypatch.setattr(Message, "decode", lambda _message: pytest.fail("kombu decoded it"))
    body = json.dumps([{"type": "task-started", "uuid": "t1"}, {"type": "task-started", "uuid": "影"}])
    publish(body, content_type="application/json")
    assert [event.uuid for event in received(stream).events] == ["t1", "影"]


def test_events_of_another_serializer_are_decoded_by_kombu(memory):
    stream, publish = memory
    publish({"type": "task-started", "uuid": "t1"}, serializer="pickle")
    assert [event.uuid for event in received(stream).events] == ["t1"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("{", "application/json"), ("no pickle", "application/x-python-serialize"), ("a: 1", "text/unknown")],
)
def test_a_message_that_can_not_be_decoded_is_counted_and_the_next_one_read(memory, body, content_type):
    stream, publish = memory
    publish(body, content_type=content_type)
    assert received(stream) == ([], 1)
    publish(json.dumps({"type": "task-started", "uuid": "t1"}), content_type="application/json")
    assert [event.uuid for event in received(stream).events] == ["t1"]


def test_a_message_that_kombu_can_not_even_deliver_is_counted(memory):
    stream, _ = memory
    stream.on_malformed(None, ValueError("no message"))
    assert stream.receive(timeout_s=0.01) == ([], 1)


@on_rabbitmq
def test_many_messages_at_once_and_large_ones_are_read_whole_and_in_order(app):
    sizes = [10, 50_000, *([10] * 200), 300_000, 10]
    with (
        app.connection_for_read() as connection,
        app.connection_for_write() as sending,
        kombu_stream(app, connection) as stream,
    ):
        reads = count_reads(connection)
        dispatcher = app.events.Dispatcher(sending, hostname="one@test")
        for number, size in enumerate(sizes):
            dispatcher.send("task-received", uuid=f"t{number}", args="x" * size)
        found = []
        wait_until(lambda: found.extend(stream.receive(timeout_s=0.2).events) or len(found) == len(sizes), 60)
    assert [event.uuid for event in found] == [f"t{number}" for number in range(len(sizes))]
    assert len(reads) < 3 * len(sizes), "a frame needs three without reading ahead, a message three frames"


def count_reads(connection):
    transport, reads = connection.connection.transport, []
    receive = transport._quick_recv
    transport._quick_recv = lambda number: reads.append(number) or receive(number)
    return reads
