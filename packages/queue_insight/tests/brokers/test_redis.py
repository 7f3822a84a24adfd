from __future__ import annotations

import json
import time

import pytest
from kombu import Exchange, Queue
from tests.conftest import free_port

from queue_insight.brokers.redis import RedisBroker
from queue_insight.errors import BrokerUnreachableError


def client(app):
    return app.connection_for_write().default_channel.client


def test_an_empty_queue_has_no_depth(app):
    reading = RedisBroker(app).read(["celery"], peek=10)
    assert [(backlog.queue, backlog.depth, backlog.head) for backlog in reading.backlogs] == [
        ("celery", 0, ())
    ]
    assert reading.unacked == 0


def test_priority_sub_queues_are_counted_and_read_in_the_order_in_which_they_are_taken(app):
    app.conf.broker_transport_options = {"priority_steps": [0, 3, 6, 9]}
    sent = {priority: app.send_task("work.do", priority=priority).id for priority in (9, 0, 5, 3)}
    backlog = RedisBroker(app).read(["celery"], peek=10).backlogs[0]
    assert backlog.depth == 4
    # With Redis, 0 goes first; 5 falls into the step of 3, behind what was there before.
    assert [m.id for m in backlog.head] == [sent[0], sent[5], sent[3], sent[9]]


def test_sub_queues_of_steps_that_this_app_does_not_use_are_counted(app):
    client(app).lpush("celery\x06\x167", b"{}")
    assert RedisBroker(app).read(["celery"], peek=10).backlogs[0].depth == 1


def test_peeking_takes_nothing(app):
    app.send_task("work.do", (1,), {"two": 2})
    broker = RedisBroker(app)
    assert broker.read(["celery"], peek=10) == broker.read(["celery"], peek=10)


def test_a_message_describes_its_task(app, with_publish_time):
    before = time.time()
    sent = app.send_task("work.do", (1,), {"two": 2}, countdown=60)
    (message,) = RedisBroker(app).read(["celery"], peek=10).backlogs[0].head
    assert (message.id, message.name, message.queue) == (sent.id, "work.do", "celery")
    assert message.args_summary == "(1,) {'two': 2}"
    assert before <= message.sent_at <= time.time()
    assert message.eta is not None


def test_depth_counts_messages_beyond_peek(app):
    ids = [app.send_task("work.do").id for _ in range(5)]
    backlog = RedisBroker(app).read(["celery"], peek=2).backlogs[0]
    assert backlog.depth == 5
    assert [message.id for message in backlog.head] == ids[:2]


def test_reading_no_message_still_counts_them(app):
    app.send_task("work.do")
    backlog = RedisBroker(app).read(["celery"], peek=0).backlogs[0]
    assert (backlog.depth, backlog.head) == (1, ())


@pytest.mark.parametrize(
    "raw", [b"not json", b"[]", b"{}", b'{"headers": null, "properties": {}}', b"\xff\xfe", b'"text"', b"1"]
)
def test_a_foreign_value_is_counted_and_not_described(app, raw):
    client(app).lpush("celery", raw)
    backlog = RedisBroker(app).read(["celery"], peek=10).backlogs[0]
    assert (backlog.depth, backlog.head) == (1, ())


def test_a_message_of_protocol_1_has_its_id(app):
    app.conf.task_protocol = 1
    sent = app.send_task("work.do")
    (message,) = RedisBroker(app).read(["celery"], peek=10).backlogs[0].head
    assert (message.id, message.name, message.sent_at) == (sent.id, "", None)


def test_delivered_and_unacknowledged_messages_are_counted_apart(app):
    sent = app.send_task("work.do")
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        message = channel.basic_get("celery")
        reading = RedisBroker(app).read(["celery"], peek=10)
        assert reading.backlogs[0].depth == 0
        assert reading.unacked == 1
        assert [(m.id, m.name, m.queue) for m in reading.unacked_head] == [(sent.id, "work.do", "celery")]
        channel.basic_ack(message.delivery_tag)
    assert RedisBroker(app).read(["celery"], peek=10).unacked == 0


def test_an_unacknowledged_message_of_a_bound_queue_has_that_queues_name(app):
    app.conf.task_queues = [Queue("movies", Exchange("media", type="topic"), routing_key="media.movie")]
    app.send_task("work.do", queue="movies")
    broker = RedisBroker(app)
    assert broker.read(["movies"], peek=10).backlogs[0].depth == 1
    with app.connection_for_read() as connection:
        connection.default_channel.basic_get("movies")
        assert [message.queue for message in broker.read([], peek=10).unacked_head] == ["movies"]


def test_a_foreign_value_among_the_unacknowledged_is_passed_over(app):
    client(app).hset("unacked", "tag", b'["text", 1, 2]')
    client(app).zadd("unacked_index", {"tag": 1})
    reading = RedisBroker(app).read(["celery"], peek=10)
    assert (reading.unacked, reading.unacked_head, reading.malformed) == (1, (), 1)


def test_a_key_of_another_program_with_the_name_of_a_queue_is_passed_over(app):
    client(app).set("celery", "text")
    assert RedisBroker(app).read(["celery"], peek=10).backlogs[0].depth == 0


MEGABYTE = "x" * 1_000_000


def test_of_large_messages_only_the_end_is_moved_and_they_are_described(app):
    ids = [app.send_task("work.do", (MEGABYTE,), queue=f"large{n}").id for n in range(20)]
    moved = client(app).info("stats")["total_net_output_bytes"]
    reading = RedisBroker(app).read([f"large{n}" for n in range(20)], peek=100)
    moved = client(app).info("stats")["total_net_output_bytes"] - moved
    assert [backlog.head[0].id for backlog in reading.backlogs] == ids
    assert {backlog.head[0].name for backlog in reading.backlogs} == {"work.do"}
    assert moved < 2_000_000


def test_a_queue_of_large_messages_is_counted_and_only_its_first_are_read(app):
    ids = [app.send_task("work.do", (MEGABYTE,)).id for _ in range(10)]
    backlog = RedisBroker(app).read(["celery"], peek=100).backlogs[0]
    assert backlog.depth == 10
    assert [message.id for message in backlog.head] == ids[: len(backlog.head)]
    assert 1 <= len(backlog.head) <= 3


def test_a_large_delivered_message_is_described(app):
    sent = app.send_task("work.do", (MEGABYTE,))
    with app.connection_for_read() as connection:
        connection.default_channel.basic_get("celery")
        (message,) = RedisBroker(app).read(["celery"], peek=10).unacked_head
    assert (message.id, message.name, message.queue) == (sent.id, "work.do", "celery")


def test_queues_that_other_processes_declared_are_found(app):
    app.send_task("work.do", queue="elsewhere")
    client(app).sadd("_kombu.binding.broken", b"\xff\xfe")
    client(app).sadd("_kombu.binding.long", b"\x06\x16\x06\x16" + b"q" * 10_000)
    app.control.inspect(timeout=0.05).ping()  # declares queues of Celery's own
    found = set(RedisBroker(app).discover())
    assert "elsewhere" in found
    assert not any("pidbox" in name or len(name) > 255 for name in found)


def test_looking_changes_nothing(app):
    for n in range(3):
        app.send_task("work.do", (n,), queue="a" if n else "b")
    server, broker = client(app), RedisBroker(app)
    before = {key: server.dump(key) for key in server.scan_iter()}
    for _ in range(50):
        broker.read(["a", "b"], peek=10)
        broker.discover()
    assert {key: server.dump(key) for key in server.scan_iter()} == before


def test_a_search_for_queues_continues_where_it_ended(app):
    with client(app).pipeline() as pipeline:
        for n in range(30_000):
            pipeline.set(f"result-{n}", 1)
        pipeline.execute()
    app.send_task("work.do", queue="elsewhere")
    broker = RedisBroker(app)
    found = [name for _ in range(10) for name in broker.discover()]
    assert "elsewhere" in found


def test_the_transport_key_prefix_is_respected(app):
    app.conf.broker_transport_options = {"global_keyprefix": "mine:"}
    sent = app.send_task("work.do")
    backlog = RedisBroker(app).read(["celery"], peek=10).backlogs[0]
    assert [message.id for message in backlog.head] == [sent.id]


def test_an_unreachable_broker_is_named_without_its_password(app):
    port = free_port()
    app.conf.broker_url = f"redis://:secret@127.0.0.1:{port}/0"
    with pytest.raises(BrokerUnreachableError, match=str(port)) as caught:
        RedisBroker(app).read(["celery"], peek=10)
    assert "secret" not in str(caught.value)


def test_a_message_whose_body_does_not_come_first_is_described(app):
    """Another publisher may write the parts of a message in another order."""
    app.send_task("work.do", task_id="t1")
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        message = json.loads(client.rpop("celery"))
        client.lpush("celery", json.dumps({"headers": message.pop("headers"), **message}))
    (backlog,) = RedisBroker(app).read(["celery"], peek=10).backlogs
    assert [(each.id, each.name) for each in backlog.head] == [("t1", "work.do")]


def test_a_body_that_looks_like_the_end_of_itself_hides_nothing(app):
    tricky = '", "content-encoding": '
    app.send_task("work.do", (tricky,), task_id="t1", argsrepr=tricky)
    (backlog,) = RedisBroker(app).read(["celery"], peek=10).backlogs
    assert [(each.id, each.args_summary) for each in backlog.head] == [("t1", f"{tricky} {{}}")]


def test_behind_messages_that_were_not_read_no_position_is_said(app):
    for number in range(4):
        app.send_task("work.do", ("x" * 700_000,), task_id=f"large{number}", argsrepr="large")
    app.send_task("work.do", task_id="low", priority=9)
    (backlog,) = RedisBroker(app).read(["celery"], peek=100).backlogs
    assert (backlog.depth, [message.id for message in backlog.head]) == (5, ["large0"])


def test_a_message_says_when_it_expires_and_how_often_it_was_retried(app):
    app.send_task("work.do", expires=60, retries=2)
    ((message,),) = [each.head for each in RedisBroker(app).read(["celery"], peek=10).backlogs]
    assert message.retries == 2
    assert 0 < message.expires - time.time() < 61


@pytest.mark.parametrize(("score", "known"), [(1_700_000_000.5, 1_700_000_000.5), ("inf", None)])
def test_a_delivered_message_says_when_it_was(app, score, known):
    app.send_task("work.do")
    raw = client(app).lpop("celery")
    client(app).hset("unacked", "tag", b"[" + raw + b', "", "celery"]')
    client(app).zadd("unacked_index", {"tag": score})
    (message,) = RedisBroker(app).read(["celery"], peek=10).unacked_head
    assert (message.delivered_at, message.queue) == (known, "celery")
