"""Pages that follow keys: against a real broker, while what they list moves."""

from __future__ import annotations

import base64
import json

import pytest
from tests import values
from tests.conftest import free_port

from queue_insight import listing
from queue_insight.collector_state import CollectorState, ObservedTask, ObservedWorker, TaskCounts
from queue_insight.errors import CursorExpiredError, InvalidCursorError
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.states import save


def cursor(*key):
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def ids(page):
    return [task.id for _, task in page.entries]


def names(page):
    return [entry.name for _, entry in page.entries]


def take(app, number, queue="celery"):
    """Take tasks as a worker does."""
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        for _ in range(number):
            channel.client.rpop(queue)


@pytest.fixture
def waiting(app):
    for number in range(300):
        app.send_task("work.do", task_id=f"t{number}")
    return app


def test_pages_of_waiting_tasks_follow_each_other(waiting):
    seen, after = [], None
    while True:
        page = listing.waiting_page("celery", waiting, first=70, after=after)
        seen += ids(page)
        if not (after := page.rest):
            break
    assert seen == [f"t{number}" for number in range(300)]
    assert (page.total, page.is_known, page.freshness.age_s) == (300, True, 0.0)


def test_a_page_begins_behind_its_key_after_workers_have_taken_tasks(waiting):
    first = listing.waiting_page("celery", waiting, first=100)
    take(waiting, 60)
    assert ids(listing.waiting_page("celery", waiting, first=2, after=first.rest)) == ["t100", "t101"]


def test_a_page_begins_with_the_next_one_when_its_key_was_taken_too(waiting):
    first = listing.waiting_page("celery", waiting, first=100)
    take(waiting, 150)
    assert ids(listing.waiting_page("celery", waiting, first=2, after=first.rest)) == ["t150", "t151"]


def test_tasks_of_higher_priority_do_not_hide_the_key(waiting):
    first = listing.waiting_page("celery", waiting, first=100)
    waiting.conf.broker_transport_options = {"queue_order_strategy": "priority"}
    with waiting.connection_for_write() as connection:
        client = connection.default_channel.client
        for _ in range(40):
            client.rpush("celery", client.lindex("celery", 0))
    assert ids(listing.waiting_page("celery", waiting, first=2, after=first.rest)) == ["t100", "t101"]


def test_a_key_that_can_not_be_found_nearby_is_said_to_be_lost(app):
    for number in range(2600):
        app.send_task("work.do", task_id=f"t{number}")
    with pytest.raises(CursorExpiredError, match="'gone' is no longer near the place"):
        listing.waiting_page("celery", app, first=2, after=cursor("waiting", 2500, "gone"))


def test_large_tasks_make_a_page_shorter_and_the_next_one_follows(app):
    for number in range(5):
        app.send_task("work.do", args=("x" * 900_000,), task_id=f"t{number}")
    seen, after, pages = [], None, 0
    while True:
        page = listing.waiting_page("celery", app, first=100, after=after)
        seen, pages = seen + ids(page), pages + 1
        if not (after := page.rest):
            break
    assert seen == [f"t{number}" for number in range(5)]
    assert pages > 1


def test_what_is_no_queue_is_not_read(app):
    with app.connection_for_write() as connection:
        connection.default_channel.client.rpush("secrets", "a", "b")
    page = listing.waiting_page("secrets", app, first=10)
    assert (page.entries, page.total, page.is_known) == ([], None, False)


@pytest.mark.django_db
def test_with_rabbitmq_waiting_tasks_are_counted_and_not_known(rabbit_app):
    rabbit_app.send_task("work.do")
    page = listing.waiting_page("celery", rabbit_app, first=10)
    assert (page.entries, page.total, page.is_known) == ([], 1, False)


def test_queues_are_listed_by_name(app):
    for queue in ("beta", "alpha", "gamma"):
        app.send_task("work.do", queue=queue)
    first = listing.queue_page(app, first=2)
    assert (names(first), first.total) == (["alpha", "beta"], 4)
    rest = listing.queue_page(app, first=5, after=first.rest)
    assert (names(rest), rest.rest) == (["celery", "gamma"], None)


@pytest.fixture
def state(app, broker_url):
    """Ten tasks at two workers: each third waits there."""
    tasks = tuple(
        ObservedTask(id=f"t{n}", queue="celery", worker="one@test", started_at=990.0 if n % 3 else None)
        for n in range(10)
    )
    workers = (
        ObservedWorker(
            name="one@test", last_seen_at=1000.0, task_counts={"celery": TaskCounts(reserved=4, running=6)}
        ),
        ObservedWorker(name="two@test", last_seen_at=1000.0),
    )
    found = CollectorState(
        collected_at=1000.0, next_by=1001.0, connected_since=1.0, workers=workers, tasks=tasks
    )
    save(RedisStore(broker_url), found)


def test_running_tasks_are_listed_by_id_however_many_wait_beside_them(app, state, monkeypatch):
    monkeypatch.setattr(listing, "_IDS", 3)
    seen, after = [], None
    while True:
        page = listing.running_page(app, first=2, after=after)
        seen += ids(page)
        if not (after := page.rest):
            break
    assert seen == ["t1", "t2", "t4", "t5", "t7", "t8"]
    assert (page.total, page.is_known) == (6, True)
    assert page.freshness.as_of.timestamp() == 1000.0
    assert page.freshness.age_s < 60


def test_a_page_without_a_running_task_says_that_others_may_follow(app, state, monkeypatch):
    monkeypatch.setattr(listing, "_IDS", 1)
    monkeypatch.setattr(listing, "_STEPS", 1)
    page = listing.running_page(app, first=2)
    assert (ids(page), page.rest) == ([], cursor("running", "t0"))


def test_workers_are_listed_by_name(app, state):
    first = listing.worker_page(app, first=1)
    assert (names(first), first.total) == (["one@test"], 2)
    assert names(listing.worker_page(app, first=1, after=first.rest)) == ["two@test"]


def test_failures_are_listed_with_the_last_one_first(app, broker_url):
    groups = {f"g{n}": values.failed(first_at=1.0, last_at=float(n)) for n in range(2, 7)}
    values.save_failures(RedisStore(broker_url), **groups)
    first = listing.failure_page(app, first=3)
    assert [group.id for _, group in first.entries] == ["g6", "g5", "g4"]
    values.save_failures(RedisStore(broker_url), g6=values.failed(count=9, last_at=9.0))
    rest = listing.failure_page(app, first=3, after=first.rest)
    assert ([group.id for _, group in rest.entries], rest.rest, rest.total) == (["g3", "g2"], None, 5)


def test_without_a_collector_nothing_is_known_of_workers_and_failures(app):
    for page in (listing.worker_page(app, first=9), listing.running_page(app, first=9)):
        assert (page.entries, page.total, page.is_known, page.freshness.as_of) == ([], None, False, None)
    assert not listing.failure_page(app, first=9).is_known


def test_with_the_broker_down_queues_are_not_known(app):
    app.conf.broker_url = f"redis://127.0.0.1:{free_port()}/0"
    page = listing.queue_page(app, first=9)
    assert [queue.depth for _, queue in page.entries] == [None]
    assert (page.total, page.is_known, page.freshness.as_of) == (None, False, None)


@pytest.mark.parametrize(
    "bad",
    ["", "é", "AAAA", cursor("worker", "a"), cursor("queue"), cursor("queue", 1), cursor("queue", "a") * 999],
    ids=["empty", "not ASCII", "not JSON", "of another list", "too short", "of another type", "too long"],
)
def test_what_is_no_cursor_of_the_list_is_refused(app, bad):
    with pytest.raises(InvalidCursorError, match="none of a queue list"):
        listing.queue_page(app, first=2, after=bad)


@pytest.mark.parametrize(("first", "size"), [(-5, 1), (0, 1), (10_000, 100)])
def test_a_page_has_one_entry_at_least_and_a_hundred_at_most(waiting, first, size):
    assert len(listing.waiting_page("celery", waiting, first=first).entries) == size
