from __future__ import annotations

import pytest
from tests.waiting import wait_until

from queue_insight import TaskState, diagnose, install, sending, snapshot
from queue_insight.locating import MAX_NOTED
from queue_insight.stored_state import load_sent


@pytest.fixture
def noting(app, store, settings):
    """Send tasks, and return their ids when all have been noted."""
    settings.QUEUE_INSIGHT = {"MAX_SENT": 1000}
    app.conf.task_send_sent_event = False
    install(app)

    def send(number, queue="celery"):
        ids = [app.send_task("work.do", queue=queue).id for _ in range(number)]
        wait_until(lambda: len(load_sent(store, ids)) == number)
        return ids

    yield send
    sending.uninstall()


def asked(app, store, *ids, peek=2):
    return snapshot(app, store=store, tasks=ids, queues=["celery", "slow"], peek=peek)


def test_a_task_deep_in_a_queue_has_its_place(app, store, noting):
    ids = noting(30)
    now = asked(app, store, ids[17])
    assert (now.find(ids[17]).state, now.find(ids[17]).position) == (TaskState.QUEUED, 17)
    assert [task.position for task in now.queued] == [0, 1, 17]
    first, *_ = diagnose(ids[17], now)
    assert (first.code, first.message) == ("tasks_ahead", "17 tasks are ahead of it in queue 'celery'.")


def test_each_of_several_has_its_place(app, store, noting):
    ids = noting(30)
    waiting = asked(app, store, *ids).queued
    assert len(waiting) == 2 + MAX_NOTED
    assert [ids.index(task.id) for task in waiting] == [task.position for task in waiting]


def test_a_task_without_a_note_is_looked_for_in_every_queue(app, store):
    for queue in ("celery", "slow"):
        ids = [app.send_task("work.do", queue=queue).id for _ in range(10)]
    assert asked(app, store, ids[7]).find(ids[7]).position == 7
    assert asked(app, store, ids[7]).find(ids[7]).queue == "slow"


def test_a_task_that_left_its_queue_is_not_said_to_wait(app, store, noting):
    ids = noting(30)
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        (gone,) = [each for each in client.lrange("celery", 0, -1) if ids[17] in each.decode()]
        client.lrem("celery", 1, gone)
    now = asked(app, store, ids[17])
    assert now.find(ids[17]) is None
    first, *_ = diagnose(ids[17], now)
    assert first.code == "sent"  # all that waits was looked at


def test_a_task_that_nobody_sent_is_in_no_queue_after_a_complete_search(app, store, noting):
    noting(30)
    first, *_ = diagnose("never", asked(app, store, "never"))
    assert (first.code, first.params["unsearched"]) == ("not_known", "the workers")


def test_how_far_a_queue_was_searched_is_said(app, store, noting, monkeypatch):
    monkeypatch.setattr("queue_insight.brokers.redis_search.MAX_MESSAGES", 4)
    monkeypatch.setattr("queue_insight.brokers.redis_search.MAX_LOOKS", 2)
    ids = noting(30)
    first, *_ = diagnose("never", asked(app, store, "never"))
    assert first.code == "maybe_deeper"
    assert first.message == (
        "It is not among the first 6 of the 30 tasks in queue 'celery'; it may be further back."
    )
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        (gone,) = [each for each in client.lrange("celery", 0, -1) if ids[17] in each.decode()]
        client.lrem("celery", 1, gone)
    first, *_ = diagnose(ids[17], asked(app, store, ids[17]))
    assert first.code == "maybe_deeper"
    assert first.message.endswith(
        "It is not among the 6 of the 29 tasks in queue 'celery' that were sent about then; "
        "it may have left the queue."
    )
