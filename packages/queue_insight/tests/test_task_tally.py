from __future__ import annotations

from queue_insight.collector_state import Task, TaskCounts, TasksAtWorker
from queue_insight.task_tally import MAX_AT_WORKER, MAX_ENDED, MAX_LONGEST, tally

NOW = 1000.0


def task(number, worker="one@test", queue="movies", **fields):
    return Task(id=f"t{number:03}", worker=worker, queue=queue, observed_at=NOW, **fields)


def test_tasks_are_counted_by_worker_and_queue_and_by_what_they_do():
    found = tally(
        [
            task(1, started_at=900.0),
            task(2),
            task(3, eta=NOW + 1),
            task(4, eta=NOW - 1),
            task(5, queue=""),
            task(6, worker="two@test", started_at=1.0, ended_at=2.0),
        ],
        NOW,
    )
    assert found.counts == {
        "one@test": {"movies": TaskCounts(reserved=3, running=1, delayed=1), "": TaskCounts(reserved=1)}
    }


def test_those_that_began_first_are_named_whatever_the_order_and_the_queue():
    tasks = [task(n, queue=f"q{n % 3}", started_at=float(n)) for n in range(2 * MAX_LONGEST)]
    found = tally(reversed(tasks), NOW)
    assert found.longest == tuple(f"t{n:03}" for n in range(MAX_LONGEST))
    assert found.at_workers["one@test"].longest == found.longest[:MAX_AT_WORKER]


def test_of_those_that_ended_with_their_worker_the_last_are_named_and_all_counted():
    ended = [task(n, ended_at=float(n + 1), proven=n % 2 == 0) for n in range(MAX_ENDED + 10)]
    found = tally([*ended, task(999, worker="two@test", started_at=5.0)], NOW)
    assert (found.ended, found.lost) == (MAX_ENDED + 10, MAX_ENDED // 2 + 5)
    assert found.last_ended == tuple(f"t{n:03}" for n in reversed(range(10, MAX_ENDED + 10)))
    assert found.at_workers["one@test"].ended == MAX_ENDED + 10
    assert found.at_workers["two@test"] == TasksAtWorker(longest=("t999",))
    assert found.longest == ("t999",)


def test_without_tasks_there_is_nothing():
    found = tally([], NOW)
    assert (dict(found.counts), dict(found.at_workers), found.longest) == ({}, {}, ())
