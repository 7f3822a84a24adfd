from __future__ import annotations

from tests import values


def test_tasks_queues_and_workers_are_found_by_name():
    snapshot = values.snapshot(running=(values.running(),), queued=(values.task(),))
    assert [task.id for task in snapshot.tasks()] == ["r1", "t1"]
    assert snapshot.find("t1") == values.task()
    assert snapshot.queue("celery") == values.queue()
    assert snapshot.worker("one@test") == values.worker()


def test_what_is_not_there_is_none():
    snapshot = values.snapshot()
    assert snapshot.find("t9") is None
    assert snapshot.queue("other") is None
    assert snapshot.worker(None) is None
