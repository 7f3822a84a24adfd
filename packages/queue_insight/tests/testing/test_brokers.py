from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from celery import Celery
from tests.conftest import free_port

from queue_insight.brokers.redis_pages import RedisPages
from queue_insight.testing import brokers
from queue_insight.testing.brokers import BrokerConformance

databases = count()


class Redis(BrokerConformance):
    """The suite on Valkey, with the reader of the test."""

    def __init__(self, port, reader):
        self.port, self.reader = port, reader

    def make_app(self):
        app = Celery(broker=f"redis://127.0.0.1:{self.port}/{next(databases) % 64}", set_as_current=False)
        with app.connection_for_write() as connection:
            connection.default_channel.client.flushdb()
        return app

    def make_unreachable_app(self):
        return Celery(broker=f"redis://:hidden@127.0.0.1:{free_port()}/0", set_as_current=False)

    def make_broker(self, app):
        return self.reader(app)


class OnlyPriority0(RedisPages):
    def read(self, queues, **options):
        state = super().read(queues, **options)
        with self._app.connection_for_read() as connection:
            client = connection.default_channel.client
            return replace(
                state, backlogs=tuple(replace(b, depth=client.llen(b.queue)) for b in state.backlogs)
            )


class Consuming(RedisPages):
    def read(self, queues, **options):
        state = super().read(queues, **options)
        with self._app.connection_for_read() as connection:
            connection.default_channel.client.rpop("conformance")
        return state


class Requeueing(RedisPages):
    def read(self, queues, **options):
        state = super().read(queues, **options)
        with self._app.connection_for_read() as connection:
            connection.default_channel.client.rpoplpush("conformance", "conformance")
        return state


class Marking(RedisPages):
    def read(self, queues, **options):
        state = super().read(queues, **options)
        with self._app.connection_for_read() as connection:
            if message := connection.default_channel.basic_get("conformance"):
                message.requeue()
        return state


class ZeroForUnknown(RedisPages):
    def read(self, queues, **options):
        state = super().read(queues, **options)
        return replace(state, backlogs=tuple(replace(each, consumers=0) for each in state.backlogs))


class Reversed(RedisPages):
    def page(self, queue, **options):
        return super().page(queue, **options)[::-1]


class Misplacing(RedisPages):
    def locate(self, task_id, queue, **options):
        found = super().locate(task_id, queue, **options)
        return replace(found, ahead=found.ahead + 1)


class Talkative(RedisPages):
    def discover(self):
        return (*super().discover(), "celeryev.1")


@pytest.mark.parametrize(
    ("broken", "caught_by"),
    [
        (OnlyPriority0, "test_every_waiting_task_is_counted"),
        (Consuming, "test_looking_changes_nothing"),
        (Consuming, "test_looking_takes_nothing_from_a_consumer"),
        (Requeueing, "test_looking_changes_nothing"),
        (Marking, "test_looking_changes_nothing"),
        (ZeroForUnknown, "test_what_is_not_known_is_none"),
        (Reversed, "test_tasks_are_read_in_order_of_delivery"),
        (Misplacing, "test_a_task_is_found_wherever_it_waits"),
        (Talkative, "test_queues_are_discovered"),
    ],
)
def test_a_planted_bug_is_caught(valkey, monkeypatch, broken, caught_by):
    monkeypatch.setattr(brokers, "LOOKS", 5)
    getattr(Redis(valkey.port, RedisPages), caught_by)()
    monkeypatch.setattr(brokers, "DEADLINE_S", 0.5)
    with pytest.raises(AssertionError):
        getattr(Redis(valkey.port, broken), caught_by)()


def test_a_suite_without_a_broker_says_so():
    with pytest.raises(NotImplementedError):
        BrokerConformance().test_every_waiting_task_is_counted()
