from __future__ import annotations

import time

import pytest

from queue_insight.collector_state import Task
from queue_insight.event_order import EventTime
from queue_insight.observed_tasks import ObservedTasks
from queue_insight.sent_tasks import IN_TRANSIT, SentTasksIndex


def sent(tasks, number, *, queue="celery", first=0):
    for each in range(first, first + number):
        tasks.add(Task(id=f"{queue}-{each}", name="work.do", queue=queue, sent_at=float(each)))


def known(tasks, number, *, queue="celery"):
    return [each for each in range(number) if tasks.pop(f"{queue}-{each}")]


def test_what_senders_put_into_a_queue_is_counted_by_name_until_a_worker_receives_it():
    tasks = ObservedTasks(max_tasks=100)
    for number in range(3):
        tasks.sent(Task(id=f"t{number}", name="work.do", queue="celery", sent_at=10.0 + number))
    tasks.sent(Task(id="later", name="work.do", queue="celery", sent_at=1.0, eta=500.0))
    tasks.sent(Task(id="nowhere", name="work.do", sent_at=1.0))
    counted = tasks.waiting.by_queue(100.0)["celery"]
    assert (counted.count, counted.names, counted.oldest_at) == (3, {"work.do": 3}, 10.0)
    assert (counted.marks[0], counted.marks[10], counted.marks[20]) == (10.0, 11.0, 12.0)
    tasks.received(Task(id="t0"), EventTime("one@test", 1, 1, 20.0))
    counted = tasks.waiting.by_queue(100.0)["celery"]
    assert (counted.count, counted.names, counted.oldest_at) == (2, {"work.do": 2}, 11.0)
    assert tasks.waiting.by_queue(600.0)["celery"].count == 3


def test_of_very_many_names_the_rarest_are_counted_together():
    tasks = ObservedTasks(max_tasks=1000)
    for number in range(150):
        tasks.sent(Task(id=f"t{number}", name=f"work.n{number}", queue="celery", sent_at=1.0))
    counted = tasks.waiting.by_queue(2.0)["celery"]
    assert (len(counted.names), counted.names[""], counted.count) == (101, 50, 150)


def test_if_more_wait_than_are_kept_those_that_are_known_are_spread_over_all():
    tasks = SentTasksIndex(1000)
    sent(tasks, 50_000)
    counted = tasks.by_queue(1e9)["celery"]
    assert counted.count + tasks.left_out == 50_000
    found = known(tasks, 50_000)
    assert 500 <= len(found) <= 1000
    assert counted.one_in * counted.count == pytest.approx(50_000, rel=0.1)
    assert counted.marks[10] == pytest.approx(25_000, rel=0.1)
    for tenth in range(10):
        share = sum(5000 * tenth <= each < 5000 * (tenth + 1) for each in found) / len(found)
        assert share == pytest.approx(0.1, abs=0.04)


def test_only_the_longest_queue_is_thinned_out():
    tasks = SentTasksIndex(1000)
    sent(tasks, 300, queue="short")
    sent(tasks, 5000)
    assert len(known(tasks, 300, queue="short")) == 300


def test_all_are_kept_again_when_the_queue_has_become_empty():
    tasks = SentTasksIndex(1000)
    sent(tasks, 5000)
    known(tasks, 5000)
    tasks.expire(0.0)
    assert tasks.left_out == 0
    sent(tasks, 900)
    assert len(known(tasks, 900)) == 900


def test_ids_that_were_made_to_be_kept_are_bounded_too():
    tasks, one = SentTasksIndex(10), SentTasksIndex(1)
    sent(one, 5000)
    (kept,) = known(one, 5000)
    for number in range(100):
        tasks.add(
            Task(id=f"celery-{kept}" if not number else f"celery-{number}", queue="celery", sent_at=1.0)
        )
    assert tasks.by_queue(1e9)["celery"].count <= 10


def test_tasks_that_left_the_queue_without_an_event_are_dropped():
    tasks = SentTasksIndex(10_000)
    sent(tasks, 1000)
    sent(tasks, 1000, first=2000)  # after the queue was read
    tasks.add(Task(id="later", name="work.do", queue="celery", sent_at=0.0, eta=5000.0))
    sent(tasks, 10, queue="other")
    tasks.trim({"celery": 200}, 1500.0)
    assert known(tasks, 3000) == [*range(1000 - 200 - IN_TRANSIT, 1000), *range(2000, 3000)]
    assert tasks.pop("later") is not None
    assert len(known(tasks, 10, queue="other")) == 10


def test_a_queue_as_long_as_what_was_sent_is_left_as_it_is():
    tasks = SentTasksIndex(1000)
    sent(tasks, 5000)
    before = tasks.by_queue(1e9)
    tasks.trim({"celery": 5000}, 1e9)
    assert tasks.by_queue(1e9) == before


def test_a_task_that_has_waited_for_hours_is_still_known():
    tasks = ObservedTasks(max_tasks=100)
    tasks.sent(Task(id="t", name="work.do", queue="celery", sent_at=1.0))
    tasks.expire(10_000.0, knows_worker=lambda _: True)
    assert tasks.waiting.by_queue(10_000.0)["celery"].count == 1


@pytest.mark.parametrize("length", [1, 20])
def test_what_one_more_task_costs_does_not_grow_with_how_many_are_kept(length):
    def cpu_s(max_tasks):
        tasks = SentTasksIndex(max_tasks)
        waiting = [Task(id=f"t{each}", queue=f"q{each // length}") for each in range(max_tasks + 1000)]
        for task in waiting[:max_tasks]:
            tasks.add(task)
        begun = time.process_time()
        for task in waiting[max_tasks:]:
            tasks.add(task)
        return time.process_time() - begun

    assert min(cpu_s(32_000) for _ in range(3)) < 6 * max(cpu_s(1000) for _ in range(3))


def test_a_task_that_is_sent_again_to_another_queue_waits_there():
    tasks = SentTasksIndex(100)
    for queue in ("one", "two"):
        tasks.add(Task(id="t", name="work.do", queue=queue, sent_at=1.0))
    assert {queue: each.count for queue, each in tasks.by_queue(2.0).items()} == {"two": 1}
