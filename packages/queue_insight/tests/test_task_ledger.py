from __future__ import annotations

import pytest

from queue_insight.collector_state import Task
from queue_insight.task_ledger import TaskLedger


@pytest.fixture
def ledger():
    return TaskLedger(max_tasks=3)


def ended(task_id):
    return Task(id=task_id, started_at=1.0, ended_at=2.0)


def reserved(task_id):
    return Task(id=task_id)


def running(task_id):
    return Task(id=task_id, started_at=1.0)


def put(ledger, *tasks):
    for task in tasks:
        ledger.put(task)


def test_what_ended_with_its_worker_goes_first_and_what_runs_last(ledger):
    put(ledger, running("r1"), reserved("w1"), ended("e1"), running("r2"))
    assert list(ledger.all()) == ["r1", "w1", "r2"]
    put(ledger, running("r3"))
    assert list(ledger.all()) == ["r1", "r2", "r3"]
    put(ledger, running("r4"))
    assert list(ledger.all()) == ["r2", "r3", "r4"]
    assert ledger.evicted == 3


def test_no_task_that_runs_goes_for_one_that_does_not(ledger):
    put(ledger, *map(running, ("r1", "r2", "r3")), reserved("w1"), ended("e1"))
    assert list(ledger.all()) == ["r1", "r2", "r3"]
    assert ledger.evicted == 2


def test_of_one_kind_the_one_that_became_so_first_goes(ledger):
    first, second = running("e1"), running("e2")
    put(ledger, first, second)
    for task in (second, first):
        task.ended_at = 2.0
        ledger.put(task)
    put(ledger, running("r1"), running("r2"))
    assert list(ledger.all()) == ["e1", "r1", "r2"]


def test_a_task_whose_worker_is_back_runs_again(ledger):
    task = ended("t")
    put(ledger, task, ended("e1"))
    task.ended_at = None
    put(ledger, task, running("r1"), running("r2"), running("r3"))
    assert list(ledger.all()) == ["r1", "r2", "r3"]
    assert [each.id for each in ledger.ended()] == []


def test_what_was_dropped_has_changed(ledger):
    put(ledger, *map(running, ("r1", "r2", "r3")))
    ledger.take_changed()
    put(ledger, ended("e1"))
    assert ledger.take_changed() == {"e1"}
    ledger.remove("r1")
    assert ledger.take_changed() == {"r1"}
    with pytest.raises(KeyError):
        ledger.remove("r1")
