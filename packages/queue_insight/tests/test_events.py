from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.tracking import StoredTracker

from queue_insight.collector_state import Task, TasksAtWorker
from queue_insight.finished_tasks import MAX_FINISHED
from queue_insight.inspection import Inspection, WorkerReply
from queue_insight.stored_state import load_at_workers
from queue_insight.task_tally import MAX_AT_WORKER


class EventLog:
    """A tracker that receives one event a second."""

    def __init__(self, **limits):
        self.tracker = StoredTracker(**{"max_tasks": 100, "retention_s": 1000.0, **limits})
        self.tracker.connected_since = 1000.0
        self.now = 1000.0

    def event(self, kind, **fields):
        self.now += 1
        self.tracker.apply({"type": kind, "hostname": "one@test", "pid": 7, **fields}, self.now)
        return self

    def task(self, kind, task_id="t1", **fields):
        return self.event(f"task-{kind}", uuid=task_id, **fields)

    def heartbeat(self, **fields):
        return self.event("worker-heartbeat", **{"freq": 2.0, "processed": 0, "active": 0, **fields})

    def state(self):
        return self.tracker.state(self.now, next_by=self.now + 1)


def test_a_task_is_followed_from_sending_to_its_end():
    events = EventLog().task("sent", queue="celery", name="work.do", args="(1,)", kwargs="{}")
    assert events.state().sent == {"t1": 1001.0}
    events.task("received", name="work.do").task("started")
    (task,) = events.state().tasks
    assert (task.queue, task.worker, task.pid, task.args_summary) == ("celery", "one@test", 7, "(1,) {}")
    assert (task.sent_at, task.received_at, task.started_at) == (1001.0, 1002.0, 1003.0)
    events.task("succeeded")
    state = events.state()
    assert state.tasks == ()
    assert [(end.id, end.outcome) for end in state.finished] == [("t1", "succeeded")]
    assert state.queues == {"celery": None}  # it has not listened for long enough
    assert state.run_times == {"work.do": (1.0,)}
    assert state.events == 4


def test_what_each_worker_has_run_longest_is_listed_and_what_ended_with_it_counted():
    events = EventLog()
    for number in range(MAX_AT_WORKER + 2):
        events.task("received", f"t{number}").task("started", f"t{number}")
    events.task("received", "not started").task("succeeded", "t0")
    events.state()
    found = load_at_workers(events.tracker.store, ["one@test", "nobody"])
    assert found == {"one@test": TasksAtWorker(longest=tuple(f"t{n}" for n in range(1, MAX_AT_WORKER + 1)))}
    events.heartbeat(pid=8)
    events.state()
    ended = load_at_workers(events.tracker.store, ["one@test"])["one@test"]
    assert ended.ended == MAX_AT_WORKER + 2


def test_the_event_of_the_sending_may_arrive_last():
    events = EventLog().task("received").task("started").task("sent", queue="celery")
    (task,) = events.state().tasks
    assert (task.queue, task.sent_at) == ("celery", 1001.0)  # the worker had it then
    assert events.state().sent == {}
    assert EventLog().task("succeeded").task("sent", queue="celery").state().sent == {}


def test_a_start_event_after_the_outcome_does_not_revive_the_task():
    assert EventLog().task("succeeded").task("started").state().tasks == ()


def test_a_task_received_again_has_not_started():
    events = EventLog().task("received").task("started").task("received", hostname="two@test", pid=8)
    (task,) = events.state().tasks
    assert (task.worker, task.pid, task.started_at) == ("two@test", 8, None)


def test_a_retried_task_is_no_longer_finished():
    events = EventLog().task("started").task("retried").task("received", eta="2026-11-23T13:00:00+00:00")
    assert events.state().finished == ()
    assert events.state().tasks[0].eta == datetime(2026, 11, 23, 13, tzinfo=UTC).timestamp()


def test_a_task_that_was_received_says_until_when_it_may_start_and_how_often_it_was_retried():
    events = EventLog().task("received", expires="2026-11-23T13:00:00+00:00", retries=2)
    (task,) = events.state().tasks
    assert (task.expires, task.retries) == (datetime(2026, 11, 23, 13, tzinfo=UTC).timestamp(), 2)


def test_heartbeats_describe_a_worker():
    (worker,) = EventLog().heartbeat(freq=5.0, active=2).state().workers
    assert (worker.name, worker.pid, worker.heartbeat_interval_s, worker.active, worker.offline) == (
        "one@test",
        7,
        5.0,
        2,
        False,
    )
    assert worker.last_seen_at == 1001.0
    assert EventLog().heartbeat().event("worker-offline").state().workers[0].offline


def test_the_queues_of_a_new_process_under_the_same_name_are_unknown():
    events = EventLog().heartbeat()
    events.tracker.apply_inspection(
        Inspection(requested_at=1.0, replies={"one@test": WorkerReply(queues=("celery",))}), 1002.0
    )
    assert events.tracker.without_queues() == frozenset()
    events.heartbeat(pid=8)
    assert events.tracker.without_queues() == {"one@test"}


def test_tasks_started_without_an_event_are_counted():
    events = EventLog().heartbeat(processed=10).heartbeat(processed=12)
    assert events.state().workers[0].missed_starts == 0, "the events may still be on their way"
    worker = events.heartbeat(processed=12).state().workers[0]
    assert (worker.starts, worker.missed_starts, worker.sends_events) == (2, 2, False)
    for n in range(2):
        events.task("started", f"late{n}")
    worker = events.heartbeat(processed=12).state().workers[0]
    assert (worker.missed_starts, worker.sends_events) == (0, True)


def test_an_inspection_corrects_which_tasks_run():
    events = (
        EventLog()
        .task("received", "done")
        .task("started", "done")
        .task("sent", "known", queue="celery")
        .heartbeat()
    )
    running = (
        Task(id="known", queue="celery", started_at=1001.5),
        Task(id="unseen", name="work.do", queue="slow"),
    )
    reply = WorkerReply(queues=("celery", "slow"), slots=2, running=running)
    events.tracker.apply_inspection(Inspection(requested_at=1010.0, replies={"one@test": reply}), 1011.0)
    tasks = {task.id: task for task in events.state().tasks}
    assert tasks.keys() == {"known", "unseen"}
    assert (tasks["known"].sent_at, tasks["known"].started_at) == (1003.0, 1001.5)
    assert (tasks["unseen"].queue, tasks["unseen"].started_at, tasks["unseen"].pid) == ("slow", 1011.0, 7)
    assert events.state().workers[0].slots == 2
    assert events.state().queues == {"celery": None, "slow": None}


def test_a_task_that_began_while_its_worker_was_inspected_for_the_first_time_gets_its_queue():
    events = EventLog().task("started", "between")
    reply = WorkerReply(queues=("celery",))
    events.tracker.apply_inspection(Inspection(requested_at=1.0, replies={"one@test": reply}), 1002.0)
    assert {task.id: task.queue for task in events.state().tasks} == {"between": "celery"}


def test_a_task_that_started_after_the_inspection_was_requested_is_kept():
    events = EventLog().task("started", "new")
    events.tracker.apply_inspection(
        Inspection(requested_at=1000.5, replies={"one@test": WorkerReply(queues=())}), 1002.0
    )
    assert [task.id for task in events.state().tasks] == ["new"]


def test_what_arrives_is_known_once_the_collector_has_listened_for_as_long_as_it_counts():
    events = EventLog()
    events.tracker.connected_since = 1000.0
    for n in range(120):
        events.task("sent", f"s{n}", queue="celery", name="work.do")
    assert events.state().queues["celery"]["work.do"] == pytest.approx(1.0)
    events.tracker.connected_since = 1100.0
    assert events.state().queues == {"celery": None}


def test_only_what_succeeded_tells_how_long_tasks_take():
    events = EventLog().task("started", "a", name="work.do").task("failed", "a")
    events.task("started", "b", name="work.do").task("retried", "b")
    assert events.state().run_times == {}


def test_memory_is_bounded_and_evicted_tasks_are_counted():
    events = EventLog(max_tasks=10)
    for n in range(25):
        events.task("sent", f"s{n}").task("started", f"r{n}")
    state = events.state()
    assert [task.id for task in state.tasks] == [f"r{n}" for n in range(15, 25)]
    assert state.evicted == 15
    assert state.sent_left_out + len(state.sent) == 25
    for n in range(MAX_FINISHED + 5):
        events.task("failed", f"e{n}")
    assert len(events.state().finished) == MAX_FINISHED


def test_what_is_older_than_the_retention_time_is_deleted():
    events = EventLog().task("sent", "s").task("started", "r").task("failed", "e").heartbeat()
    events.tracker.maintain(3000.0)
    events.tracker.maintain(4001.0)
    state = events.state()
    assert (state.workers, state.tasks, state.finished) == ((), (), ())
    assert list(state.sent) == ["s"]  # it may still wait
    events.tracker.maintain(1000.0 + 8 * 86_400)
    assert events.state().sent == {}


def test_a_new_collector_continues_from_the_saved_state():
    before = EventLog().task("sent", queue="celery").task("started").task("failed", "e").heartbeat().state()
    tracker = StoredTracker(max_tasks=10, retention_s=1000.0)
    tracker.restore(before)
    after = tracker.state(1010.0, next_by=1011.0)
    assert (after.workers, after.tasks, after.finished, after.queues) == (
        before.workers,
        before.tasks,
        before.finished,
        before.queues,
    )
    assert tracker.worker_count(1010.0) == 1


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
    tracker = StoredTracker(max_tasks=10, retention_s=10.0)
    tracker.apply(event, 1.0)
    state = tracker.state(1.0, next_by=2.0)
    assert (state.events, state.tasks, state.workers, state.sent) == (1, (), (), {})


def test_invalid_numbers_in_a_heartbeat_are_ignored():
    (worker,) = EventLog().heartbeat(freq=-1, processed="many", active=None).state().workers
    assert (worker.heartbeat_interval_s, worker.active) == (2.0, 0)


def test_tasks_of_a_replaced_process_are_lost_and_later_deleted():
    events = EventLog().heartbeat().task("started", "old").heartbeat(pid=8).task("started", "new", pid=8)
    reply = WorkerReply(queues=("celery",), running=(Task(id="new"),))
    events.tracker.apply_inspection(Inspection(requested_at=1010.0, replies={"one@test": reply}), 1011.0)
    ended_at = {task.id: task.ended_at for task in events.state().tasks}
    assert ended_at == {"old": 1003.0, "new": None}
    events.tracker.apply({"type": "worker-heartbeat", "hostname": "one@test", "pid": 8}, 2500.0)
    events.tracker.maintain(2500.0)
    assert [task.id for task in events.state().tasks] == ["new"]


def test_the_tasks_of_a_worker_with_one_queue_are_from_that_queue():
    events = EventLog().heartbeat()
    events.tracker.apply_inspection(
        Inspection(requested_at=1.0, replies={"one@test": WorkerReply(queues=("slow",))}), 1002.0
    )
    events.task("received", "a").task("started", "b")
    assert [task.queue for task in events.state().tasks] == ["slow", "slow"]


def test_a_finished_task_keeps_its_name():
    events = EventLog().task("received", name="shop.pay").task("started").task("failed", exception="E()")
    (finished,) = events.state().finished
    assert (finished.name, finished.outcome) == ("shop.pay", "failed")


def test_a_retry_that_its_worker_has_received_is_not_ended_by_the_attempt_before():
    events = EventLog().task("received").task("started")
    events.task("received", retries=1, eta="2026-11-23T13:00:00+00:00").task("retried")
    (task,) = events.state().tasks
    assert (task.retries, task.started_at) == (1, None)
    assert not events.state().finished
