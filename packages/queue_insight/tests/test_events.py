from __future__ import annotations

import pytest

from queue_insight.census import Answer, Census
from queue_insight.events import KEEP_ENDED, Ledger
from queue_insight.sighting import SeenTask


class Heard:
    """A ledger that is told one event a second."""

    def __init__(self, **limits):
        self.ledger = Ledger(**{"max_tasks": 100, "forget_after_s": 1000.0, **limits})
        self.now = 1000.0

    def event(self, kind, **fields):
        self.now += 1
        self.ledger.apply({"type": kind, "hostname": "one@test", "pid": 7, **fields}, self.now)
        return self

    def task(self, kind, task_id="t1", **fields):
        return self.event(f"task-{kind}", uuid=task_id, **fields)

    def beat(self, **fields):
        return self.event("worker-heartbeat", **{"freq": 2.0, "processed": 0, "active": 0, **fields})

    def sighting(self):
        return self.ledger.sighting(self.now, next_by=self.now + 1, listening_since=1000.0)


def test_a_task_is_followed_from_sending_to_its_end():
    heard = Heard().task("sent", queue="celery", name="work.do", args="(1,)", kwargs="{}")
    assert heard.sighting().sent == {"t1": 1001.0}
    heard.task("received", name="work.do").task("started")
    (task,) = heard.sighting().tasks
    assert (task.queue, task.worker, task.pid, task.args_summary) == ("celery", "one@test", 7, "(1,) {}")
    assert (task.sent_at, task.received_at, task.started_at) == (1001.0, 1002.0, 1003.0)
    heard.task("succeeded")
    sighting = heard.sighting()
    assert sighting.tasks == ()
    assert [(end.id, end.outcome) for end in sighting.ended] == [("t1", "succeeded")]
    assert sighting.runtimes == {"celery": 1.0}
    assert sighting.queues == ("celery",)
    assert sighting.events == 4


def test_the_news_of_the_sending_may_come_last():
    heard = Heard().task("received").task("started").task("sent", queue="celery")
    (task,) = heard.sighting().tasks
    assert (task.queue, task.sent_at) == ("celery", 1003.0)
    assert heard.sighting().sent == {}
    assert Heard().task("succeeded").task("sent", queue="celery").sighting().sent == {}


def test_a_start_that_comes_after_the_end_does_not_revive_the_task():
    assert Heard().task("succeeded").task("started").sighting().tasks == ()


def test_a_task_received_anew_has_not_begun():
    heard = Heard().task("received").task("started").task("received", hostname="two@test", pid=8)
    (task,) = heard.sighting().tasks
    assert (task.worker, task.pid, task.started_at) == ("two@test", 8, None)


def test_a_retried_task_is_waited_for_again():
    heard = Heard().task("started").task("retried").task("received", eta="2026-11-23T13:00:00+00:00")
    assert heard.sighting().ended == ()
    assert heard.sighting().tasks[0].eta == "2026-11-23T13:00:00+00:00"


def test_a_worker_is_known_by_its_heartbeats():
    (worker,) = Heard().beat(freq=5.0, active=2).sighting().workers
    assert (worker.name, worker.pid, worker.every_s, worker.active, worker.offline) == (
        "one@test",
        7,
        5.0,
        2,
        False,
    )
    assert worker.seen_at == 1001.0
    assert Heard().beat().event("worker-offline").sighting().workers[0].offline


def test_a_new_process_of_the_same_name_has_told_nothing_yet():
    heard = Heard().beat()
    heard.ledger.apply_census(Census(asked_at=1.0, answers={"one@test": Answer(queues=("celery",))}), 1002.0)
    assert heard.ledger.untold() == frozenset()
    heard.beat(pid=8)
    assert heard.ledger.untold() == {"one@test"}


def test_tasks_begun_without_an_event_are_counted():
    heard = Heard().beat(processed=10).beat(processed=12)
    assert heard.sighting().workers[0].untold_tasks == 2
    assert heard.task("started").beat(processed=13).sighting().workers[0].untold_tasks == 0


def test_a_census_tells_what_runs_and_what_does_not():
    heard = (
        Heard().task("received", "done").task("started", "done").task("sent", "known", queue="celery").beat()
    )
    running = (
        SeenTask(id="known", queue="celery", started_at=1001.5),
        SeenTask(id="unheard", name="work.do", queue="slow"),
    )
    answer = Answer(queues=("celery", "slow"), slots=2, running=running)
    heard.ledger.apply_census(Census(asked_at=1010.0, answers={"one@test": answer}), 1011.0)
    tasks = {task.id: task for task in heard.sighting().tasks}
    assert tasks.keys() == {"known", "unheard"}
    assert (tasks["known"].sent_at, tasks["known"].started_at) == (1003.0, 1001.5)
    assert (tasks["unheard"].queue, tasks["unheard"].started_at, tasks["unheard"].pid) == ("slow", 1011.0, 7)
    assert heard.sighting().workers[0].slots == 2
    assert heard.sighting().queues == ("celery", "slow")


def test_a_task_that_began_after_the_census_was_asked_is_kept():
    heard = Heard().task("started", "new")
    heard.ledger.apply_census(Census(asked_at=1000.5, answers={"one@test": Answer(queues=())}), 1002.0)
    assert [task.id for task in heard.sighting().tasks] == ["new"]


def test_memory_is_bounded_and_what_is_dropped_is_counted():
    heard = Heard(max_tasks=10)
    for n in range(25):
        heard.task("sent", f"s{n}").task("started", f"r{n}")
    sighting = heard.sighting()
    assert [task.id for task in sighting.tasks] == [f"r{n}" for n in range(15, 25)]
    assert sighting.evicted == 30
    for n in range(KEEP_ENDED + 5):
        heard.task("failed", f"e{n}")
    assert len(heard.sighting().ended) == KEEP_ENDED


def test_what_is_long_past_is_forgotten():
    heard = Heard().task("sent", "s").task("started", "r").task("failed", "e").beat()
    heard.ledger.forget(3000.0)
    sighting = heard.sighting()
    assert (sighting.workers, sighting.tasks, sighting.ended, sighting.sent) == ((), (), (), {})


def test_a_successor_goes_on_from_a_sighting():
    before = Heard().task("sent", queue="celery").task("started").task("failed", "e").beat().sighting()
    ledger = Ledger(max_tasks=10, forget_after_s=1000.0)
    ledger.resume(before)
    after = ledger.sighting(1010.0, next_by=1011.0, listening_since=None)
    assert (after.workers, after.tasks, after.ended, after.queues) == (
        before.workers,
        before.tasks,
        before.ended,
        before.queues,
    )
    assert ledger.listed() == 1


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": None},
        {"type": 5},
        {"type": "task-exploded", "uuid": "x"},
        *({"type": f"task-{kind}"} for kind in ("sent", "received", "started", "failed")),
        {"type": "task-started", "uuid": ["x"]},
        {"type": "worker-heartbeat"},
    ],
)
def test_an_odd_event_is_counted_and_changes_nothing(event):
    ledger = Ledger(max_tasks=10, forget_after_s=10.0)
    ledger.apply(event, 1.0)
    sighting = ledger.sighting(1.0, next_by=2.0, listening_since=0.0)
    assert (sighting.events, sighting.tasks, sighting.workers, sighting.sent) == (1, (), (), {})


def test_odd_numbers_in_a_heartbeat_are_passed_over():
    (worker,) = Heard().beat(freq=-1, processed="many", active=None).sighting().workers
    assert (worker.every_s, worker.active) == (2.0, 0)


def test_tasks_of_a_replaced_process_are_lost_and_later_forgotten():
    heard = Heard().beat().task("started", "old").beat(pid=8).task("started", "new", pid=8)
    answer = Answer(queues=("celery",), running=(SeenTask(id="new"),))
    heard.ledger.apply_census(Census(asked_at=1010.0, answers={"one@test": answer}), 1011.0)
    lost_at = {task.id: task.lost_at for task in heard.sighting().tasks}
    assert lost_at == {"old": 1003.0, "new": None}
    heard.ledger.apply({"type": "worker-heartbeat", "hostname": "one@test", "pid": 8}, 2500.0)
    heard.ledger.forget(2500.0)
    assert [task.id for task in heard.sighting().tasks] == ["new"]


def test_a_worker_of_one_queue_gives_its_tasks_that_queue():
    heard = Heard().beat()
    heard.ledger.apply_census(Census(asked_at=1.0, answers={"one@test": Answer(queues=("slow",))}), 1002.0)
    heard.task("received", "a").task("started", "b")
    assert [task.queue for task in heard.sighting().tasks] == ["slow", "slow"]
