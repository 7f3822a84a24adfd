"""The conformance suite for readers of brokers. Run it against a real server; your own reader must pass it.

from queue_insight.testing.brokers import BrokerConformance

class TestMyBroker(BrokerConformance):
    def make_app(self):
        return Celery(broker="...", set_as_current=False)   # a broker with nothing in it

    def make_broker(self, app):
        return MyBroker(app)

What a reader cannot learn, its capabilities say; the suite asks for everything else.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kombu import Queue
from kombu.exceptions import KombuError

from queue_insight.errors import BrokerUnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from celery import Celery
    from kombu import Connection
    from kombu.message import Message as KombuMessage

    from queue_insight.brokers.base import Broker, BrokerState, QueueBacklog

DEADLINE_S: Final = 20.0
#: How often the suite looks at a broker to find out whether looking changes it.
LOOKS: Final = 1000
#: Arguments of RabbitMQ's quorum queues.
QUORUM: Final = MappingProxyType({"x-queue-type": "quorum"})
_QUEUE: Final = "conformance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message as a consumer receives it: what looking must not change."""

    id: str
    redelivered: bool
    #: How often it was delivered before; 0 where the broker doesn't count.
    deliveries: int = field(default=0)


class BrokerConformance:
    """Derive a test class from it and override two methods; pytest collects the tests."""

    #: Arguments with which the queues are declared, as `QUORUM`.
    queue_arguments: Mapping[str, str] = MappingProxyType({})
    #: Whether the broker keeps the order of messages that are sent in the same millisecond.
    is_ordered = True

    def make_app(self) -> Celery:
        """Return an app whose broker has nothing in it."""
        raise NotImplementedError

    def make_broker(self, app: Celery) -> Broker:
        """Return the reader under test."""
        raise NotImplementedError

    def test_every_waiting_task_is_counted(self) -> None:
        """Of all priorities, at once and exactly."""
        with self._prepared() as (app, broker):
            _send(app, 10, priority=None)
            _send(app, 3, priority=9)
            _send(app, 3, priority=3)
            if broker.capabilities.counts:
                _expect_depth(broker, 16)

    def test_an_empty_queue_holds_nothing(self) -> None:
        """Zero is what was counted."""
        with self._prepared() as (_, broker):
            if broker.capabilities.counts:
                _expect_depth(broker, 0)

    def test_a_queue_that_nobody_declared_holds_nothing(self) -> None:
        """It hides no other queue, before it or behind it."""
        with self._prepared() as (app, broker):
            _send(app, 2)
            if broker.capabilities.counts:
                _expect_depth(broker, 2)
            state = broker.read([f"{_QUEUE}2", "nobody declared it", _QUEUE], peek=10)
            depths = [backlog.depth for backlog in state.backlogs]
            if broker.capabilities.counts:
                _expect(depths == [0, 0, 2], f"2 tasks wait in the last queue, read {depths}")

    def test_odd_names_of_queues_are_read(self) -> None:
        """Names of any characters, and of any length, whether such a queue can exist or not."""
        with self._prepared() as (_, broker):
            names = ["<script>alert(1)</script>", "ü" * 127, "a" * 255, "b" * 10_000, "*?[]\\"]
            state = broker.read(names, peek=1)
            found = [backlog.queue for backlog in state.backlogs]
            _expect(found == names, f"asked for {names}, read {found}")

    def test_what_is_not_known_is_none(self) -> None:
        """A figure without its capability is None, never 0."""
        with self._prepared() as (app, broker):
            _send(app, 1)
            state, can = broker.read([_QUEUE], peek=10), broker.capabilities
            (backlog,) = state.backlogs
            _expect(can.counts or backlog.depth is None, f"it can't count, but read {backlog.depth}")
            _expect(can.unacked or state.unacked is None, f"it can't tell unacked, but read {state.unacked}")
            _expect(can.delayed or state.delayed is None, f"it can't tell delays, but read {state.delayed}")
            _expect(
                can.consumers or backlog.consumers is None,
                f"it can't tell consumers, but read {backlog.consumers}",
            )
            _expect(can.page == state.heads_read, f"it pages: {can.page}, it read heads: {state.heads_read}")
            _expect(can.page or backlog.head == (), f"it can't page, but read {backlog.head}")
            _expect(
                can.page or broker.page(_QUEUE, skip=0, count=9) == (), "it can't page, but returned some"
            )
            _expect(can.discover or broker.discover() == (), "it can't discover, but found some")
            found = broker.locate("unknown", _QUEUE, sent_at=time.time())
            _expect(can.page or found.looked_at == 0, "it can't page, but looked at some")

    def test_tasks_are_read_in_order_of_delivery(self) -> None:
        """Pages follow one another and contain every task once."""
        with self._prepared() as (app, broker):
            if broker.capabilities.page:
                ids = _send(app, 45)
                state = broker.read([_QUEUE], peek=10)
                head = [message.id for message in state.backlogs[0].head]
                _expect(head == ids[:10], f"the first ten are {ids[:10]}, read {head}")
                pages = [broker.page(_QUEUE, skip=skip, count=20) for skip in (0, 20, 40, 60)]
                found = [message.id for page in pages for message in page]
                _expect(found == ids, f"pages of twenty must hold {ids}, they hold {found}")
                self._expect_deliveries(_received(app, 45), ids)

    def test_a_task_is_found_wherever_it_waits(self) -> None:
        """By its id, with or without the time when it was sent, and with its place."""
        with self._prepared() as (app, broker):
            if broker.capabilities.page:
                ids = _send(app, 45)
                for place, sent_at in ((0, None), (44, None), (30, time.time()), (30, time.time() - 3600)):
                    found = broker.locate(ids[place], _QUEUE, sent_at=sent_at)
                    is_it = found.message is not None and found.message.id == ids[place]
                    _expect(is_it and found.ahead == place, f"{place} tasks are ahead of it, found {found}")
                missing = broker.locate("unknown", _QUEUE, sent_at=time.time())
                _expect(missing.message is None, f"nobody sent it, found {missing}")
                _expect(missing.looked_at == len(ids), f"it looked at {missing.looked_at} of {len(ids)}")

    def test_a_task_is_described(self) -> None:
        """By its name, its arguments and the earliest start."""
        with self._prepared() as (app, broker):
            if broker.capabilities.page:
                app.send_task("work.do", (1,), {"password": "x"}, queue=_QUEUE, countdown=600, task_id="t1")
                (message,) = broker.page(_QUEUE, skip=0, count=5)
                _expect(
                    (message.id, message.name, message.queue) == ("t1", "work.do", _QUEUE), f"read {message}"
                )
                _expect("1" in message.args_summary, f"the arguments are {message.args_summary!r}")
                _expect(
                    message.eta is not None and 0 < message.eta - time.time() < 601,
                    f"it starts at {message.eta}",
                )
                _expect("x" not in message.args_summary.split("password")[-1], "a password must be redacted")

    def test_delivered_tasks_are_counted_apart(self) -> None:
        """A task that a consumer has and did not acknowledge waits no more."""
        with self._prepared() as (app, broker):
            _send(app, 3)
            with app.connection_for_read() as connection, _consuming(connection, prefetch=2) as received:
                _drain(connection, lambda: len(received) == 2)
                if broker.capabilities.counts:
                    _wait_until(lambda: _depth(broker) == 1, "one of three tasks waits")
                if broker.capabilities.unacked and not broker.read([_QUEUE], peek=1).management_failure:
                    _wait_until(
                        lambda: broker.read([_QUEUE], peek=10).unacked == 2, "two tasks are delivered"
                    )

    def test_consumers_are_counted(self) -> None:
        """Each of them, as soon as it is there."""
        with self._prepared() as (app, broker):
            if broker.capabilities.consumers:
                _expect(_backlog(broker).consumers == 0, "nobody consumes yet")
                with app.connection_for_read() as connection, _consuming(connection, prefetch=1):
                    _wait_until(lambda: _backlog(broker).consumers == 1, "one consumer was added")

    def test_queues_are_discovered(self) -> None:
        """Those of tasks, and not those in which the broker or Celery keep other messages."""
        with self._prepared() as (app, broker):
            if broker.capabilities.discover and not broker.read([_QUEUE], peek=1).management_failure:
                with app.connection_for_write() as connection, connection.channel() as channel:
                    Queue("celeryev.conformance", channel=channel, auto_delete=True).declare()
                _send(app, 1)
                found: set[str] = set()

                def is_found() -> bool:
                    found.update(broker.discover())
                    return _QUEUE in found

                _wait_until(is_found, f"{_QUEUE} must be found")
                others = {name for name in found if "pidbox" in name or "celeryev" in name}
                _expect(not others, f"{others} hold no tasks")

    def test_looking_changes_nothing(self) -> None:
        """A thousand looks leave order, marks and delivery counts of all messages as they were."""
        with self._prepared() as (app, broker):
            ids = _send(app, 30)
            if broker.capabilities.counts:
                _expect_depth(broker, 30)
            for look in range(LOOKS):
                state = broker.read([_QUEUE], peek=20)
                if broker.capabilities.page and look % 10 == 0:
                    broker.page(_QUEUE, skip=5, count=10)
                    broker.locate(ids[look % 30], _QUEUE, sent_at=time.time())
                depth = state.backlogs[0].depth
                _expect(depth in {30, None}, f"look {look} counted {depth} of 30 tasks")
            self._expect_deliveries(_received(app, 30), ids)

    def test_looking_takes_nothing_from_a_consumer(self) -> None:
        """While another program looks without a pause, every task arrives once, in order, unmarked."""
        with self._prepared() as (app, broker):
            ids = _send(app, 100)
            with app.connection_for_read() as connection, _consuming(connection, prefetch=1, ack=True) as got:
                _drain(connection, lambda: bool(broker.read([_QUEUE], peek=20)) and len(got) == len(ids))
                self._expect_deliveries(got, ids)

    def test_a_broker_that_is_down_is_reported(self) -> None:
        """By the one error that readers expect, without the password."""
        app = self.make_unreachable_app()
        broker = self.make_broker(app)
        for look in (lambda: broker.read([_QUEUE], peek=1), broker.discover):
            try:
                found = look()
            except BrokerUnreachableError as error:
                _expect("hidden" not in str(error), f"the error shows the password: {error}")
            else:
                no_server = not broker.capabilities.counts or isinstance(found, tuple)
                _expect(no_server, f"the broker is down, but it read {found}")
        app.close()

    def make_unreachable_app(self) -> Celery:
        """Return an app of the same kind whose broker does not respond, with the password "hidden"."""
        raise NotImplementedError

    def _expect_deliveries(self, found: Sequence[Delivery], ids: Sequence[str]) -> None:
        _expect(len(found) == len(ids), f"a consumer must receive {len(ids)} tasks, it received {len(found)}")
        if not self.is_ordered:
            found, ids = sorted(found, key=lambda each: each.id), sorted(ids)
        for place, (delivery, task_id) in enumerate(zip(found, ids, strict=True)):
            expected = Delivery(id=task_id, redelivered=False)
            _expect(delivery == expected, f"task {place} must arrive as {expected}, it was {delivery}")

    @contextmanager
    def _prepared(self) -> Iterator[tuple[Celery, Broker]]:
        app = self.make_app()
        app.conf.task_default_queue = _QUEUE
        app.conf.task_queues = [
            Queue(name, routing_key=name, queue_arguments=dict(self.queue_arguments) or None)
            for name in (_QUEUE, f"{_QUEUE}2")
        ]
        try:
            with app.connection_for_write() as connection, connection.channel() as channel:
                for queue in app.conf.task_queues:
                    queue(channel).declare()
            yield app, self.make_broker(app)
        finally:
            app.close()


def _send(app: Celery, number: int, priority: int | None = None) -> list[str]:
    return [app.send_task("work.do", queue=_QUEUE, priority=priority).id for _ in range(number)]


def _backlog(broker: Broker) -> QueueBacklog:
    state: BrokerState = broker.read([_QUEUE], peek=0)
    return state.backlogs[0]


def _depth(broker: Broker) -> int | None:
    return _backlog(broker).depth


def _expect_depth(broker: Broker, depth: int) -> None:
    # A broker may take a moment to count what was published without a confirmation.
    _wait_until(lambda: _depth(broker) == depth, f"{depth} tasks wait")


@contextmanager
def _consuming(connection: Connection, *, prefetch: int, ack: bool = False) -> Iterator[list[Delivery]]:
    received: list[Delivery] = []

    def receive(message: KombuMessage) -> None:
        headers = message.headers or {}
        info = message.delivery_info or {}
        received.append(
            Delivery(
                id=str(headers.get("id")),
                redelivered=bool(info.get("redelivered")),
                deliveries=int(headers.get("x-delivery-count") or 0),
            )
        )
        if ack:
            message.ack()

    with connection.channel() as channel:
        consumer = connection.Consumer(
            [Queue(_QUEUE, channel=channel)], channel=channel, on_message=receive, auto_declare=False
        )
        consumer.qos(prefetch_count=prefetch)
        with consumer:
            yield received


def _received(app: Celery, number: int) -> Sequence[Delivery]:
    with app.connection_for_read() as connection, _consuming(connection, prefetch=0, ack=True) as received:
        _drain(connection, lambda: len(received) >= number)
    return received


def _drain(connection: Connection, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds() and time.monotonic() < deadline:
        try:
            connection.drain_events(timeout=0.2)
        except (TimeoutError, KombuError):
            continue


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise AssertionError(sentence)


def _wait_until(holds: Callable[[], bool], sentence: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        _expect(time.monotonic() < deadline, f"{sentence} (waited {DEADLINE_S:g} s)")
        time.sleep(0.01)
