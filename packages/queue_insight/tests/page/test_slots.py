from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from tests import values
from tests.values import NOW

from queue_insight import TaskState, WorkerState
from queue_insight.page.clock import Clock
from queue_insight.page.slots import MAX_BOXES, arrange_workers, worker_row
from queue_insight.read import WorkerTasks


def rows(*tasks, ended=0, **fields):
    """Rows of workers of which each has these tasks."""
    now = values.snapshot(**fields)
    return [
        worker_row(each, WorkerTasks(longest=tasks, ended=ended), now, Clock(now=NOW, zone=UTC))
        for each in arrange_workers(now)
    ]


def test_workers_in_trouble_are_first():
    states = [WorkerState.OFFLINE, WorkerState.ONLINE, WorkerState.LATE, WorkerState.GONE]
    found = rows(workers=tuple(values.worker(name=state.value, state=state) for state in states))
    assert [each.state for each in found] == ["gone", "late", "online", "offline"]


def test_each_slot_is_a_box_with_its_task_or_free():
    (found,) = rows(values.running(), workers=(values.worker(slots=4, running=1, reserved=1),))
    assert [(box.task.name, box.task.since) for box in found.boxes] == [("work.do", "9 s")]
    assert (len(found.free), found.taken) == (3, 1)


def test_more_tasks_than_boxes_are_counted_whether_they_were_read_or_not():
    tasks = [values.running(id=f"r{number}") for number in range(MAX_BOXES)]
    (found,) = rows(*tasks, workers=(values.worker(slots=50, running=20),))
    assert (len(found.boxes), found.more_boxes) == (MAX_BOXES, 12)
    assert (len(found.free), found.more_free) == (0, 30)


def test_what_a_worker_had_when_it_ended_is_counted():
    lost = values.running(state=TaskState.LOST)
    (found,) = rows(lost, ended=3, workers=(values.worker(slots=4, state=WorkerState.GONE),))
    assert ([box.task.state for box in found.boxes], found.more_boxes) == (["lost"], 2)


def test_slots_that_no_worker_has_reported_are_not_known():
    (found,) = rows(workers=(values.worker(slots=None, queues=None),))
    assert (found.free, found.queues) == (None, "queues not known")


def test_silence_is_measured_by_the_collector_s_clock():
    silent = values.worker(last_seen_at=NOW - timedelta(seconds=50))
    (found,) = rows(workers=(silent,), collected_at=NOW - timedelta(seconds=40))
    assert found.silent_for == "10 s"


def test_of_a_silent_solo_worker_it_says_what_is_known_and_when_it_counts_as_gone():
    silent = values.worker(is_solo=True, state=WorkerState.LATE, grace_s=3598.0, name="solo")
    late, online = rows(workers=(silent, values.worker()))
    assert "it may work or have ended. It counts as gone at 13:00." in late.remark
    assert online.remark == ""


@pytest.mark.parametrize(
    ("times", "box"),
    [
        ((1.0,) * 9 + (8.0,), ("8.0 s", True)),
        ((1.0,) * 9 + (10.0,), ("10 s", False)),
        ((1.0,) * 4, ("", False)),
    ],
)
def test_a_slot_compares_its_task_with_how_long_such_tasks_take(times, box):
    now = values.snapshot(run_times={"work.do": times})
    has = WorkerTasks(longest=(values.running(),))
    (found,) = worker_row(values.worker(), has, now, Clock(now=NOW, zone=UTC)).boxes
    assert (found.usual, found.is_slow) == box
