from __future__ import annotations

import pytest
from celery import Celery
from tests.conftest import free_port

from queue_insight.brokers.redis_pages import RedisPages
from queue_insight.errors import BrokerUnreachableError
from queue_insight.testing.brokers import BrokerConformance


class TestConformance(BrokerConformance):
    @pytest.fixture(autouse=True)
    def fixed(self, app, with_publish_time):
        self.app = app

    def make_app(self):
        return self.app

    def make_unreachable_app(self):
        return Celery(broker=f"redis://:hidden@127.0.0.1:{free_port()}/0", set_as_current=False)

    def make_broker(self, app):
        return RedisPages(app)


def ids(app, **fields):
    return [message.id for message in RedisPages(app).page("celery", **fields)]


def test_pages_follow_one_another_in_order_of_delivery_over_all_priorities(app):
    sent = [app.send_task("work.do", task_id=f"t{number}").id for number in range(50)]
    late = [app.send_task("work.do", task_id=f"p{number}", priority=9).id for number in range(5)]
    expected = [*sent, *late]
    assert [ids(app, skip=skip, count=20) for skip in (0, 20, 40, 60)] == [
        expected[:20],
        expected[20:40],
        expected[40:],
        [],
    ]


def test_reading_pages_changes_nothing(app):
    for _ in range(30):
        app.send_task("work.do")
    with app.connection_for_read() as connection:
        client = connection.default_channel.client
        before = {key: client.dump(key) for key in client.scan_iter()}
        for skip in range(30):
            ids(app, skip=skip, count=20)
        assert {key: client.dump(key) for key in client.scan_iter()} == before


def test_of_large_messages_only_as_many_are_read_as_fit(app):
    for number in range(6):
        app.send_task("work.do", ("x" * 700_000,), task_id=f"t{number}", argsrepr="large")
    (first, second) = RedisPages(app).page("celery", skip=2, count=100)
    assert [first.id, second.id] == ["t2", "t3"]
    assert first.name == "work.do"


def test_a_broker_that_is_down_is_an_error(app):
    app.conf.broker_url = f"redis://127.0.0.1:{free_port()}/0"
    with pytest.raises(BrokerUnreachableError):
        ids(app, skip=0, count=1)
