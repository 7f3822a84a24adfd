from __future__ import annotations

import pytest

from queue_insight.event import Event
from queue_insight.inspection import WorkerReply
from queue_insight.observed_workers import MAX_WORKERS, ObservedWorkers


def seen(*, sent_at=None, of_task="", offline=False):
    workers = ObservedWorkers(2.0)
    if of_task:
        workers.observe_event("one@test", Event(type=of_task, pid=7), 1000.0)
    heartbeat(workers, 0, offline=offline, sent_at=sent_at)
    return workers


def heartbeat(workers, processed, *, offline=False, sent_at=None):
    kind = "worker-offline" if offline else "worker-heartbeat"
    event = Event(type=kind, pid=7, freq=2.0, processed=processed, timestamp=sent_at)
    workers.observe_event("one@test", event, 1000.0)
    workers.observe_heartbeat("one@test", event)


@pytest.mark.parametrize(
    ("connected_since", "now", "ended"),
    [
        (1000.0, 1006.0, []),
        (1000.0, 1006.1, ["one@test"]),
        (1004.0, 1006.1, []),
        (None, 2000.0, []),
    ],
    ids=["within its grace", "beyond it", "while nobody listened", "disconnected"],
)
def test_only_observed_silence_ends_a_worker(connected_since, now, ended):
    assert list(seen().ended(now, connected_since)) == ended


def test_a_worker_keeps_what_it_did_not_say_this_time():
    workers = seen()
    workers.replied("one@test", WorkerReply(queues=("celery",), slots=1, is_solo=True), 1000.0)
    worker = workers.replied("one@test", WorkerReply(queues=("celery",)), 1001.0)
    assert (worker.slots, worker.is_solo) == (1, True)
    assert list(workers.ended(2000.0, 1000.0)) == [], "silence proves nothing in a solo pool"


def test_a_worker_that_shut_down_has_ended():
    workers = seen(offline=True)
    assert list(workers.ended(1000.0, 1000.0)) == ["one@test"]
    assert workers.alive_count(1000.0, 1000.0) == 0


@pytest.mark.parametrize(
    ("fields", "complete"),
    [
        ({"of_task": "task-received"}, True),
        ({}, False),
        ({"of_task": "task-received", "offline": True}, False),
    ],
    ids=["all arrived", "events are off", "finishes its tasks after its last event"],
)
def test_whether_all_events_of_a_worker_arrived(fields, complete):
    assert seen(**fields).reports_completely("one@test") is complete


def test_a_worker_of_which_an_event_is_missing_does_not_report_completely():
    workers = seen(of_task="task-received")
    for _ in range(2):
        heartbeat(workers, 3)
    assert not workers.reports_completely("one@test")


def test_the_offset_of_a_clock_is_known_from_events():
    assert seen(sent_at=700.0).all()["one@test"].clock_offset_s == 300.0
    assert seen().all()["one@test"].clock_offset_s is None


def test_ended_workers_are_counted_after_five_minutes_but_the_last_one_of_a_queue():
    workers = ObservedWorkers(2.0)
    for number, queue in enumerate(["movies", "movies", "chores", "chores"]):
        name = f"pod-{number}@test"
        workers.observe_event(name, Event(type="worker-online", pid=number), 1000.0 + number)
        workers.all()[name].queues = (queue,)
    workers.observe_event("pod-9@test", Event(type="worker-online", pid=9), 1290.0)
    workers.all()["pod-9@test"].queues = ("movies",)
    workers.fold(1290.0, 900.0)
    assert (len(workers.all()), workers.former) == (5, 0)
    workers.fold(1310.0, 900.0)
    assert (set(workers.all()), workers.former) == ({"pod-3@test", "pod-9@test"}, 3)


def test_the_number_of_workers_is_bounded():
    workers = ObservedWorkers(2.0)
    for n in range(MAX_WORKERS + 5):
        workers.observe_event(f"pod-{n}@test", Event(type="worker-online", pid=n), float(n))
    assert len(workers.all()) == MAX_WORKERS
    assert not workers.knows("pod-4@test")
