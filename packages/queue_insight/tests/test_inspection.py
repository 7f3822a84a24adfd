from __future__ import annotations

import time

import pytest
from tests.waiting import wait_until

from queue_insight import inspection


def test_without_workers_there_are_no_replies(app):
    taken = inspection.inspect_workers(app, workers=0, clock=lambda: 5.0, timeout_s=0.05)
    assert (taken.requested_at, taken.replies) == (5.0, {})


def test_the_rate_limits_are_found_among_the_names_of_tasks():
    named = ["work.limited [rate_limit=10/m]", "work.slow [rate_limit=0.5]", "x [rate_limit=y]"]
    registered = ["work.do", 5, *named]
    assert inspection.rate_limits_of(registered) == {"work.limited": "10/m", "work.slow": "0.5"}
    assert inspection.rate_limits_of({"more": 1}) == {}


@pytest.mark.parametrize(
    ("stats", "solo"),
    [
        ({"pool": {"implementation": "celery.concurrency.solo:TaskPool"}}, True),
        ({"pool": {"implementation": "celery.concurrency.prefork:TaskPool"}}, False),
        ({"pool": {}}, None),
        (None, None),
    ],
)
def test_a_worker_whose_pool_is_not_known_is_neither_solo_nor_not(stats, solo):
    assert inspection.is_solo(stats) is solo


@pytest.mark.slow
def test_a_worker_replies_with_its_queues_slots_and_running_tasks(app, worker, tmp_path):
    worker("-c", "2", "-Q", "celery,slow")
    task = app.send_task("work.wait_for", (str(tmp_path / "never"),), queue="slow")

    def inspected():
        taken = inspection.inspect_workers(app, workers=1, clock=time.time)
        reply = taken.replies.get("one@test")
        return reply if reply and reply.running else None

    reply = wait_until(inspected)
    assert (set(reply.queues), reply.slots) == ({"celery", "slow"}, 2)
    (running,) = reply.running
    assert (running.id, running.name, running.queue) == (task.id, "work.wait_for", "slow")
    assert running.started_at <= time.time()


@pytest.mark.parametrize(
    ("stats", "slots"),
    [
        ({"pool": {"max-concurrency": 4, "processes": [1, 2, 3, 4, 5]}}, 5),
        ({"pool": {"max-concurrency": 4}}, 4),
        ({"pool": {"max-concurrency": "many"}}, None),
        ({"pool": 4}, None),
        (None, None),
    ],
)
def test_a_pool_that_grew_has_as_many_slots_as_processes(stats, slots):
    assert inspection.slots_of(stats) == slots
