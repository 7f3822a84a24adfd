from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.tracking import StoredTracker

from queue_insight.collector_state import TaskCounts
from queue_insight.inspection import Inspection, WorkerReply
from queue_insight.stored_state import load, load_all_tasks
from queue_insight.stores.memory import MemoryStore

IDS = [f"t{n}" for n in range(6)]


@dataclass
class Worker:
    """Sends the events that a real worker sends, with its own clocks."""

    name: str
    pid: int
    ahead_s: float = 0.0

    def __post_init__(self):
        self._clock = count(1)

    def event(self, kind, now, **fields):
        return {
            "type": kind,
            "hostname": self.name,
            "pid": self.pid,
            "clock": next(self._clock),
            "timestamp": now + self.ahead_s,
            **fields,
        }

    def attempt(self, task_id, now, outcome="succeeded"):
        kinds = ["task-received", "task-started", *([f"task-{outcome}"] if outcome else [])]
        return [self.event(kind, now + step, uuid=task_id) for step, kind in enumerate(kinds)]


@st.composite
def histories(draw):
    """Every event of a few tasks, some redelivered to a second worker or retried, in any order."""
    one, two = Worker("one@test", 7, ahead_s=-300.0), Worker("two@test", 8, ahead_s=40.0)
    events = []
    for number, task_id in enumerate(IDS):
        now = 1000.0 + 100 * number
        events.append({"type": "task-sent", "uuid": task_id, "queue": "celery"})
        match draw(st.sampled_from(["once", "redelivered", "retried"])):
            case "once":
                events += one.attempt(task_id, now)
            case "redelivered":
                events += one.attempt(task_id, now, outcome=None) + two.attempt(task_id, now + 50)
            case "retried":
                events += one.attempt(task_id, now, "retried") + one.attempt(task_id, now + 50)
    return draw(st.permutations(events))


def tracker():
    tracker = StoredTracker(max_tasks=100, retention_s=100_000.0)
    tracker.connected_since = 0.0
    for worker in (Worker("one@test", 7, ahead_s=-300.0), Worker("two@test", 8, ahead_s=40.0)):
        tracker.apply(worker.event("worker-heartbeat", 999.0), 999.0)
    return tracker


@settings(deadline=None)  # other processes may have the processor
@given(histories())
def test_in_whatever_order_events_arrive_no_finished_task_stays(events):
    observed = tracker()
    for event in events:
        observed.apply(event, 2000.0)
    state = observed.state(2000.0, next_by=2001.0)
    assert state.tasks == ()
    assert {(each.id, each.outcome) for each in state.finished} == {(task_id, "succeeded") for task_id in IDS}
    assert state.sent == {}


@settings(max_examples=30)
@given(
    histories(), st.sets(st.integers(0, 20)), st.dictionaries(st.integers(0, 20), st.sampled_from([2e3, 2e5]))
)
def test_changes_written_one_after_the_other_are_the_whole_state(events, saves, maintenance):
    observed, whole = tracker(), MemoryStore()
    for number, event in enumerate(events):
        observed.apply(event, 2000.0)
        if number in saves:
            observed.state(2000.0, next_by=2001.0)
        if number in maintenance:
            observed.maintain(maintenance[number])
    in_steps = observed.state(2000.0, next_by=2001.0)
    token = whole.acquire("test", lease_s=60.0).token
    everything = observed.take_changes(2000.0, next_by=2001.0, replace=True)
    whole.write(everything, token=token, lease_s=60.0, retention_s=60.0)
    assert replace(load(whole).state, tasks=load_all_tasks(whole)) == in_steps


def test_nothing_is_written_of_what_has_not_changed():
    observed, worker = tracker(), Worker("one@test", 7)
    for number in range(50):
        observed.apply(worker.attempt(f"t{number}", 1000.0, outcome=None)[1], 1000.0)
    observed.state(1001.0, next_by=1002.0)
    observed.apply(worker.event("task-succeeded", 1001.0, uuid="t7"), 1001.0)
    changes = observed.take_changes(1002.0, next_by=1003.0)
    assert {part: set(records) for part, records in changes.records.items()} == {
        "tasks": {"t7"},
        "at_workers": set(),
        "workers": {"one@test"},
        "finished": {"t7"},
        "sent": set(),
        "queues": set(),
        "run_times": set(),
        "revoked": set(),
        "waiting": set(),
        "recent": set(),
        "failures": set(),
        "scores": set(),
    }


def test_after_lost_events_one_inspection_leaves_nothing_that_has_ended():
    observed, worker = tracker(), Worker("one@test", 7)
    for number in range(1000):
        for step, event in enumerate(worker.attempt(f"t{number}", 1000.0 + number)):
            if (3 * number + step) % 10 >= 3:  # three of ten are lost
                observed.apply(event, 1000.0 + number)
        if number % 10 == 9:
            beat = worker.event("worker-heartbeat", 1000.0 + number, processed=number + 1, freq=2.0)
            observed.apply(beat, 1000.0 + number)
    before = observed.state(2000.0, next_by=2001.0)
    assert before.tasks, "tasks whose last event was lost seem to be at work"
    lost = before.workers[0]
    assert 0.25 < lost.missed_starts / lost.starts < 0.35
    reply = WorkerReply(queues=("celery",))
    observed.apply_inspection(Inspection(requested_at=2001.0, replies={"one@test": reply}), 2002.0)
    assert observed.state(2002.0, next_by=2003.0).tasks == ()


@pytest.mark.parametrize(("rates", "stays"), [({"work.do": "1/m"}, True), ({"work.other": "1/m"}, False)])
def test_a_task_that_waits_for_its_rate_limit_is_not_ended_by_an_inspection(rates, stays):
    observed, worker = tracker(), Worker("one@test", 7)
    observed.apply(worker.event("task-received", 1000.0, uuid="t", name="work.do"), 1000.0)
    reply = WorkerReply(queues=("celery",), rate_limits=rates)
    observed.apply_inspection(Inspection(requested_at=1001.0, replies={"one@test": reply}), 1002.0)
    assert [task.id for task in observed.state(1002.0, next_by=1003.0).tasks] == ["t"] * stays


def test_revoked_tasks_are_those_that_workers_named_last():
    observed = tracker()
    for now, revoked in ((1000.0, ("a", "b")), (1010.0, ("b", "c"))):
        replies = {"one@test": WorkerReply(queues=())}
        observed.apply_inspection(Inspection(requested_at=now, replies=replies, revoked=revoked), now)
    observed.apply_inspection(Inspection(requested_at=1020.0), 1020.0)
    assert observed.state(1020.0, next_by=1021.0).revoked == {"b": 1000.0, "c": 1010.0}


def running(connected_since=0.0, at=1000.0, worker=None):
    observed, worker = tracker(), worker or Worker("one@test", 7)
    observed.connected_since = connected_since
    for event in worker.attempt("t", at, outcome=None):
        observed.apply(event, event["timestamp"])
    return observed, worker


def only_task(observed, now):
    observed.maintain(now)
    (task,) = observed.state(now, next_by=now + 1).tasks
    return task


def test_the_task_of_a_worker_that_was_observed_to_its_end_is_lost():
    observed, _ = running()
    assert only_task(observed, 1005.0).ended_at is None
    task = only_task(observed, 1020.0)
    assert (task.ended_at, task.proven) == (1020.0, True)


def test_a_worker_that_shuts_down_finishes_its_tasks_unobserved():
    observed, worker = running()
    observed.apply(worker.event("worker-offline", 1002.0), 1002.0)
    task = only_task(observed, 1003.0)
    assert (task.ended_at, task.proven) == (1003.0, False)


def test_what_ended_while_the_collector_was_restarted_is_not_known():
    observed, _ = running()
    after = StoredTracker(max_tasks=100, retention_s=100_000.0)
    after.restore(observed.state(1003.0, next_by=1004.0))
    after.connected_since = 1010.0
    assert only_task(after, 1012.0).ended_at is None
    assert not only_task(after, 1030.0).proven


def test_a_replaced_process_takes_its_tasks_with_it():
    observed, _ = running()
    observed.apply(Worker("one@test", 9).event("worker-heartbeat", 1003.0), 1003.0)
    task = only_task(observed, 1003.0)
    assert (task.ended_at, task.proven) == (1003.0, True)


@pytest.mark.parametrize("kind", ["worker-heartbeat", "task-started"])
def test_a_worker_that_was_only_silent_has_its_tasks_again(kind):
    observed, worker = running()
    assert only_task(observed, 1020.0).ended_at is not None
    observed.apply(worker.event(kind, 1021.0, uuid="t"), 1021.0)
    assert only_task(observed, 1021.0).ended_at is None


@pytest.mark.parametrize(
    ("state", "outcome"), [("SUCCESS", "succeeded"), ("FAILURE", "failed"), ("IGNORED", "unobserved")]
)
def test_the_result_backend_decides_what_nobody_observed(state, outcome):
    observed, worker = running()
    observed.apply(worker.event("worker-offline", 1002.0), 1002.0)
    observed.maintain(1003.0)
    assert observed.unproven() == ["t"]
    observed.apply_inspection(Inspection(requested_at=1003.0, results={"t": state, "other": state}), 1004.0)
    after = observed.state(1004.0, next_by=1005.0)
    assert after.tasks == ()
    assert [(each.id, each.outcome) for each in after.finished] == [("t", outcome)]


def test_times_are_corrected_by_the_offset_of_the_workers_clock():
    worker = Worker("one@test", 7, ahead_s=300.0)
    observed = StoredTracker(max_tasks=100, retention_s=100_000.0)
    observed.connected_since = 0.0
    observed.apply(worker.event("worker-heartbeat", 1000.0), 1000.0)
    observed.apply(worker.event("task-started", 1001.0, uuid="t"), 1004.0)  # 3 s on its way
    (task,) = observed.state(1004.0, next_by=1005.0).tasks
    assert task.started_at == 1001.0


def test_an_overview_names_what_has_run_longest_and_what_ended_last():
    observed = StoredTracker(max_tasks=1000, retention_s=1000.0)
    observed.connected_since = 0.0
    one, two = Worker("one@test", 7), Worker("two@test", 8)
    for number in range(30):
        at = 1000.0 + number / 10
        observed.apply(one.event("task-started", at, uuid=f"r{number:02}"), at)
    observed.apply(two.event("task-started", 1003.0, uuid="l"), 1003.0)
    observed.apply(two.event("worker-offline", 1003.5), 1003.5)
    observed.apply(one.event("task-received", 1003.6, uuid="e", eta="2030-01-01T00:00:00"), 1003.6)
    observed.maintain(1004.0)
    state = observed.state(1004.0, next_by=1005.0)
    assert state.longest == tuple(f"r{number:02}" for number in range(20))
    assert (state.ended, state.ended_tasks) == (("l",), 1)
    (worker,) = (each for each in state.workers if each.name == "one@test")
    assert worker.task_counts == {"": TaskCounts(reserved=1, running=30, delayed=1)}


def test_a_task_that_runs_is_kept_while_lost_ones_are():
    observed, one, two = (
        StoredTracker(max_tasks=10, retention_s=100_000.0),
        Worker("one@test", 7),
        Worker("two@test", 8),
    )
    observed.connected_since = 0.0
    observed.apply(one.event("task-started", 1000.0, uuid="long"), 1000.0)
    for number in range(9):
        observed.apply(two.event("task-started", 1000.0, uuid=f"lost{number}"), 1000.0)
    observed.apply(two.event("worker-offline", 1001.0), 1001.0)
    observed.maintain(1001.5)
    for number in range(12):
        observed.apply(one.event("task-received", 1002.0, uuid=f"next{number}"), 1002.0)
    state = observed.state(1003.0, next_by=1004.0)
    assert [task.id for task in state.tasks if task.started_at is not None] == ["long"]
    assert (len(state.tasks), state.evicted) == (10, 12)


@pytest.mark.parametrize("is_reported_first", [True, False])
def test_a_task_was_sent_no_later_than_a_worker_had_it(is_reported_first):
    observed, worker = tracker(), Worker("one@test", 7)
    sent = {"type": "task-sent", "uuid": "t", "queue": "celery"}
    started = worker.event("task-started", 1000.0, uuid="t")
    for event in (sent, started) if is_reported_first else (started, sent):
        observed.apply(event, 1000.3)
    (task,) = observed.state(1001.0, next_by=1002.0).tasks
    assert task.sent_at == task.started_at
