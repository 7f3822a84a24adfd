from __future__ import annotations

import pytest
from celery import Celery
from kombu import Exchange, Queue
from kombu.transport.native_delayed_delivery import declare_native_delayed_delivery_exchanges_and_queues
from tests.conftest import free_port
from tests.waiting import wait_until

from queue_insight import snapshot
from queue_insight.brokers import rabbitmq, rabbitmq_management
from queue_insight.brokers.rabbitmq import RabbitMQBroker
from queue_insight.errors import BrokerRefusedError
from queue_insight.stores.memory import MemoryStore
from queue_insight.testing.brokers import QUORUM, BrokerConformance

#: The server takes seconds to start, and on a busy machine a minute.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Wait longer for a busy machine, and let no test keep the next one from asking."""
    monkeypatch.setattr(rabbitmq_management, "TIMEOUT_S", 60.0)
    monkeypatch.setattr(rabbitmq_management, "_silent_until", {})


class Conformance(BrokerConformance):
    @pytest.fixture(autouse=True)
    def server(self, rabbitmq, settings):
        self.rabbitmq = rabbitmq
        settings.QUEUE_INSIGHT = {"RABBITMQ_MANAGEMENT_URL": rabbitmq.management_url}

    def make_app(self):
        return Celery("conformance", broker=self.rabbitmq.new_vhost(), set_as_current=False)

    def make_unreachable_app(self):
        url = f"amqp://guest:hidden@127.0.0.1:{free_port()}//"
        return Celery("conformance", broker=url, set_as_current=False)

    def make_broker(self, app):
        return RabbitMQBroker(app)


class TestClassicQueues(Conformance):
    pass


class TestQuorumQueues(Conformance):
    queue_arguments = QUORUM


def declare(app, *names, **arguments):
    with app.connection_for_write() as connection, connection.channel() as channel:
        for name in names:
            Queue(name, channel=channel, queue_arguments=arguments or None).declare()


def test_wrong_credentials_are_a_refusal_that_hides_them(rabbitmq):
    app = Celery(broker=f"amqp://guest:sesame@127.0.0.1:{rabbitmq.port}//", set_as_current=False)
    with pytest.raises(BrokerRefusedError, match="Correct user, password") as caught:
        RabbitMQBroker(app).read(["celery"], peek=1)
    assert "sesame" not in str(caught.value)
    (note, *_) = snapshot(app, store=MemoryStore()).notes
    assert (note.code, "sesame" in note.message) == ("queues_unknown", False)


def test_a_virtual_host_that_does_not_exist_is_a_refusal(rabbitmq):
    app = Celery(broker=f"amqp://guest:guest@127.0.0.1:{rabbitmq.port}/nowhere", set_as_current=False)
    with pytest.raises(BrokerRefusedError, match="nowhere"):
        RabbitMQBroker(app).read(["celery"], peek=1)


def test_the_next_broker_of_a_list_is_read_if_the_first_is_down(rabbit_url):
    down = f"amqp://guest:guest@127.0.0.1:{free_port()}//"
    for urls in (f"{down};{rabbit_url}", [down, down, rabbit_url]):
        app = Celery(broker=urls, set_as_current=False)
        declare(Celery(broker=rabbit_url, set_as_current=False), "celery")
        assert RabbitMQBroker(app).read(["celery"], peek=1).backlogs[0].exists
        app.close()


def test_a_closed_connection_of_the_pool_is_replaced(rabbit_app, rabbitmq):
    broker = RabbitMQBroker(rabbit_app)
    declare(rabbit_app, "celery")
    assert broker.read(["celery"], peek=1).backlogs[0].exists

    def names():
        return [each["name"] for each in rabbitmq.manage("GET", "/api/connections")]

    for name in wait_until(names):
        rabbitmq.manage("DELETE", f"/api/connections/{name.replace(' ', '%20').replace('>', '%3E')}")
    assert broker.read(["celery"], peek=1).backlogs[0].exists


def test_a_queue_that_another_connection_owns_is_not_counted_as_empty(rabbit_app):
    with rabbit_app.connection_for_write() as connection, connection.channel() as channel:
        Queue("mine", channel=channel, exclusive=True).declare()
        declare(rabbit_app, "celery")
        now = snapshot(rabbit_app, store=MemoryStore())
        state = RabbitMQBroker(rabbit_app).read(["mine", "celery"], peek=1)
    assert [(each.depth, each.consumers) for each in state.backlogs] == [(None, None), (0, 0)]
    assert "ResourceLocked" in state.refused["mine"]
    assert now.queue("celery").depth == 0


def test_the_kind_of_a_queue_and_what_is_unacknowledged_come_from_the_management_api(rabbit_app):
    declare(rabbit_app, "quorum", **{"x-queue-type": "quorum"})
    declare(rabbit_app, "classic")
    state = RabbitMQBroker(rabbit_app).read(["quorum", "classic", "none"], peek=1)
    assert [each.kind for each in state.backlogs] == ["quorum", "classic", ""]
    assert state.unacked_age_s == rabbitmq_management.REFRESH_S


def test_without_the_management_api_the_rest_is_still_read(rabbit_app, settings):
    declare(rabbit_app, "celery")
    settings.QUEUE_INSIGHT = {"RABBITMQ_MANAGEMENT_URL": f"http://guest:sesame@127.0.0.1:{free_port()}"}
    now = snapshot(rabbit_app, store=MemoryStore())
    assert (now.queue("celery").depth, now.unacked) == (0, None)
    (note, *_) = now.notes
    assert note.code == "management_unavailable"
    assert "sesame" not in note.message
    assert RabbitMQBroker(rabbit_app).discover() == ()


def test_a_management_api_that_gives_no_answer_is_left_alone_for_a_while(rabbit_app, settings):
    url = f"http://guest:guest@127.0.0.1:{free_port()}"
    for _ in range(2):
        with pytest.raises(rabbitmq_management.ManagementError) as caught:
            rabbitmq_management.managed_queues(url, "/")
    assert "did not answer lately" in str(caught.value)


def test_a_management_api_that_refuses_the_user_is_an_error(rabbit_app, rabbitmq):
    url = rabbitmq.management_url.replace("guest:guest", "guest:wrong")
    with pytest.raises(rabbitmq_management.ManagementError, match="401"):
        rabbitmq_management.managed_queues(url, "/")


def test_more_queues_than_one_answer_holds_are_read_in_pages(rabbit_app, rabbitmq, monkeypatch):
    declare(rabbit_app, *(f"q{number}" for number in range(7)))
    monkeypatch.setattr(rabbitmq_management, "PAGE", 3)
    vhost = rabbit_app.connection_for_read().virtual_host
    assert len(rabbitmq_management.managed_queues(rabbitmq.management_url, vhost)) == 7


def test_delayed_tasks_are_summed_for_all_queues_with_their_bounds(rabbit_app):
    with rabbit_app.connection_for_write() as connection:
        declare_native_delayed_delivery_exchanges_and_queues(connection, "quorum")
        with connection.channel() as channel:
            celery = Queue("celery", Exchange("celery", type="topic"), routing_key="celery", channel=channel)
            celery.declare()
    rabbit_app.conf.task_default_exchange_type = "topic"
    rabbit_app.conf.task_default_queue_type = "quorum"
    broker = RabbitMQBroker(rabbit_app)
    assert broker.read(["celery"], peek=1).delayed == ()
    for countdown in (1000, 1000, 100_000):
        rabbit_app.send_task("work.do", countdown=countdown)
    wait_until(lambda: sum(each.count for each in broker.read(["celery"], peek=1).delayed) == 3)
    state = broker.read(["celery", "celery_delayed_9", "other_celery_delayed_3"], peek=1)
    assert [each.queue for each in state.backlogs] == ["celery"]
    # 1000 s has its highest bit at 2^9, 100,000 s at 2^16.
    assert [(each.within_s, each.count) for each in state.delayed] == [(2**10 - 1, 2), (2**17 - 1, 1)]
    assert not any(map(rabbitmq.is_for_delays, broker.discover()))


def test_two_hundred_queues_are_counted_exactly(rabbit_app):
    names = [f"q{number}" for number in range(200)]
    declare(rabbit_app, *names)
    for number, name in enumerate(names[:20]):
        for _ in range(number):
            rabbit_app.send_task("work.do", queue=name)
    broker = RabbitMQBroker(rabbit_app)
    expected = [*range(20), *[0] * 180]
    wait_until(lambda: [each.depth for each in broker.read(names, peek=1).backlogs] == expected)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a" * 255, "ü" * 127])
def test_a_queue_of_any_name_is_counted_and_discovered(rabbit_app, name):
    declare(rabbit_app, name)
    rabbit_app.conf.task_create_missing_queues = True
    rabbit_app.send_task("work.do", queue=name)
    broker = RabbitMQBroker(rabbit_app)
    wait_until(lambda: broker.read([name], peek=1).backlogs[0].depth == 1)
    assert broker.discover() == (name,)


def test_priorities_and_fifty_thousand_tasks_are_counted_exactly(rabbit_app):
    declare(rabbit_app, "celery", **{"x-max-priority": 10})
    rabbit_app.conf.task_queues = [Queue("celery", queue_arguments={"x-max-priority": 10})]
    with rabbit_app.connection_for_write() as connection, connection.channel() as channel:
        for number in range(50_000):
            message = channel.prepare_message("{}", priority=number % 10, content_encoding="utf-8")
            channel.basic_publish(message, "", "celery")
    broker = RabbitMQBroker(rabbit_app)
    wait_until(lambda: broker.read(["celery"], peek=100).backlogs[0].depth == 50_000)
    assert broker.read(["celery"], peek=100).backlogs[0].head == ()
