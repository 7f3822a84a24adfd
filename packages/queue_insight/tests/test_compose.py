from __future__ import annotations

from datetime import UTC, datetime

import pytest

from queue_insight import Reason, TaskState, WorkerState
from queue_insight.brokers.base import Line, Message, Reading
from queue_insight.compose import compose
from queue_insight.sighting import SeenEnd, SeenTask, SeenWorker, Sighting
from queue_insight.stores.base import Kept

NOW = 5000.0
# The collector's clock runs 4000 s behind the reader's: only ages may be compared.
THERE = 1000.0


def seen(**fields):
    return SeenWorker(
        **{
            "name": "one@test",
            "seen_at": THERE,
            "every_s": 2.0,
            "pid": 7,
            "queues": ("celery",),
            "slots": 2,
            **fields,
        }
    )


def composed(*, reading=None, age_s=0.5, **fields):
    sighting = Sighting(
        **{
            "collected_at": THERE,
            "next_by": THERE + 1,
            "listening_since": 1.0,
            "workers": (seen(),),
            **fields,
        }
    )
    return compose(
        now=NOW, reading=reading or Reading(), kept=Kept(sighting=sighting, age_s=age_s), grace_beats=2.0
    )


def line(*ids, depth=None, **fields):
    head = tuple(Message(**{"id": id_, "queue": "celery", "name": "work.do", **fields}) for id_ in ids)
    return Line(queue="celery", depth=len(ids) if depth is None else depth, head=head)


@pytest.mark.parametrize(
    ("worker", "state"),
    [
        (seen(), WorkerState.ONLINE),
        (seen(seen_at=THERE - 2.0), WorkerState.ONLINE),
        (seen(seen_at=THERE - 2.1), WorkerState.LATE),
        (seen(seen_at=THERE - 6.0), WorkerState.LATE),
        (seen(seen_at=THERE - 6.1), WorkerState.GONE),
        (seen(seen_at=THERE - 6.1, every_s=10.0), WorkerState.ONLINE),
        (seen(offline=True), WorkerState.OFFLINE),
    ],
)
def test_a_worker_is_judged_by_its_own_promise(worker, state):
    assert composed(workers=(worker,)).workers[0].state is state


@pytest.mark.parametrize(
    "fields",
    [{"age_s": 2.1}, {"listening_since": None}],
    ids=["the collector is silent", "the collector is deaf"],
)
def test_a_worker_is_not_judged_when_nobody_hears(fields):
    snapshot = composed(**fields)
    assert not snapshot.fresh
    assert snapshot.workers[0].state is WorkerState.UNKNOWN


def test_silence_counts_from_when_somebody_listened():
    quiet = seen(seen_at=THERE - 100)
    assert composed(workers=(quiet,), listening_since=THERE - 5).workers[0].state is WorkerState.LATE
    assert composed(workers=(quiet,), listening_since=THERE - 7).workers[0].state is WorkerState.GONE


def test_nothing_collected_is_not_fresh():
    note = Reason(code="no_collector", message="none")
    reading = Reading(lines=(line("t1"),), unacked=3)
    snapshot = compose(now=NOW, reading=reading, kept=None, grace_beats=2.0, notes=(note,))
    assert (snapshot.fresh, snapshot.collected_at, snapshot.next_by) == (False, None, None)
    assert (snapshot.unacked, snapshot.notes, snapshot.at) == (3, (note,), datetime.fromtimestamp(NOW, UTC))
    assert snapshot.queue("celery").workers is None


@pytest.mark.parametrize(
    ("task", "worker", "state"),
    [
        (SeenTask(id="t", worker="one@test", started_at=1.0), seen(), TaskState.RUNNING),
        (SeenTask(id="t", worker="one@test"), seen(), TaskState.RESERVED),
        (SeenTask(id="t", worker="one@test", started_at=1.0, lost_at=2.0), seen(), TaskState.LOST),
        (SeenTask(id="t", worker="one@test"), seen(offline=True), TaskState.LOST),
        (SeenTask(id="t", worker="one@test", started_at=1.0), seen(seen_at=1.0), TaskState.LOST),
        (SeenTask(id="t", worker="other", started_at=1.0), seen(), TaskState.RUNNING),
    ],
)
def test_a_task_is_lost_with_its_worker(task, worker, state):
    assert composed(tasks=(task,), workers=(worker,)).find("t").state is state


def test_only_what_really_runs_is_counted_as_running():
    tasks = (
        SeenTask(id="a", queue="celery", worker="one@test", started_at=2.0),
        SeenTask(id="b", queue="celery", worker="one@test", started_at=1.0),
        SeenTask(id="c", queue="celery", worker="one@test", started_at=1.5, lost_at=2.0),
        SeenTask(id="d", queue="celery", worker="one@test"),
        SeenTask(id="e", queue="slow", worker="one@test", started_at=1.0),
    )
    snapshot = composed(tasks=tasks, reading=Reading(lines=(line(),)))
    assert snapshot.queue("celery").running == 2
    assert [task.id for task in snapshot.running] == ["b", "e", "c", "a"]
    assert [task.id for task in snapshot.queued] == ["d"]


def test_waiting_tasks_stand_in_line():
    unacked = Message(id="u", queue="celery")
    snapshot = composed(reading=Reading(lines=(line("x", "y"),), unacked=1, unacked_head=(unacked,)))
    assert [(t.id, t.state, t.position) for t in snapshot.queued] == [
        ("u", TaskState.RESERVED, None),
        ("x", TaskState.QUEUED, 0),
        ("y", TaskState.QUEUED, 1),
    ]
    assert snapshot.queue("celery").unacked == 1


def test_the_broker_fills_in_what_events_did_not_tell_of_a_task():
    message = Message(id="t", queue="slow", sent_at=NOW - 9)
    held = SeenTask(id="t", worker="one@test", sent_at=1.0)
    task = composed(tasks=(held,), reading=Reading(unacked_head=(message,))).find("t")
    assert (task.queue, task.unacked) == ("slow", True)
    assert task.sent_at == datetime.fromtimestamp(NOW - 9, UTC)


LOST = SeenTask(id="t", queue="celery", worker="one@test", started_at=1.0, lost_at=2.0)


def test_a_lost_task_that_waits_again_is_a_waiting_one():
    snapshot = composed(tasks=(LOST,), reading=Reading(lines=(line("t"),), unacked=0))
    assert [(task.id, task.state) for task in snapshot.tasks()] == [("t", TaskState.QUEUED)]


def test_a_task_that_runs_and_waits_again_is_pointed_out():
    task = SeenTask(id="t", queue="celery", worker="one@test", started_at=1.0)
    (note,) = composed(tasks=(task,), reading=Reading(lines=(line("t"),))).notes
    assert note.code == "delivered_again"
    assert "visibility timeout" in note.remedy


@pytest.mark.parametrize(
    ("reading", "unacked"),
    [
        (Reading(lines=(line(),), unacked=0), False),
        (Reading(unacked=2, unacked_head=(Message(id="t", queue="celery"),)), True),
        (Reading(unacked=1), None),
        (Reading(lines=(line("x", depth=9),), unacked=0), None),
        (Reading(), None),
    ],
    ids=["seen all, not there", "there", "more unacknowledged", "more waiting", "not asked"],
)
def test_whether_a_lost_task_comes_back_is_told_only_when_known(reading, unacked):
    assert composed(tasks=(LOST,), reading=reading).find("t").unacked is unacked


def test_the_oldest_wait_is_that_of_the_task_taken_next():
    stamped = composed(reading=Reading(lines=(line("x", "y", sent_at=NOW - 12.5),)))
    assert stamped.queue("celery").oldest_wait_s == 12.5
    heard = composed(reading=Reading(lines=(line("x"),)), sent={"x": NOW - 3})
    assert heard.queue("celery").oldest_wait_s == 3.0
    assert composed(reading=Reading(lines=(line("x"),))).queue("celery").oldest_wait_s is None
    ahead = composed(reading=Reading(lines=(line("x", sent_at=NOW + 2),)))
    assert ahead.queue("celery").oldest_wait_s == 0.0


@pytest.mark.parametrize(
    ("depth", "fields", "drain_s"),
    [
        (6, {"runtimes": {"celery": 4.0}}, 12.0),
        (0, {}, 0.0),
        (6, {}, None),
        (6, {"runtimes": {"celery": 4.0}, "workers": (seen(offline=True),)}, None),
    ],
    ids=["by run time and slots", "nothing waits", "no run time seen", "nobody works"],
)
def test_the_drain_estimate(depth, fields, drain_s):
    snapshot = composed(reading=Reading(lines=(line(depth=depth),)), **fields)
    assert snapshot.queue("celery").drain_s == drain_s


def test_only_workers_that_are_there_listen():
    workers = (
        seen(),
        seen(name="gone", seen_at=1.0),
        seen(name="other", queues=("slow",)),
        seen(name="new", queues=None),
    )
    assert composed(workers=workers, reading=Reading(lines=(line(),))).queue("celery").workers == (
        "one@test",
    )


@pytest.mark.parametrize(
    ("text", "eta"),
    [
        (None, None),
        ("soon", None),
        ("2026-11-23T12:00:00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-23T13:00:00+01:00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
    ],
)
def test_an_eta_is_read_as_celery_writes_it(text, eta):
    assert composed(tasks=(SeenTask(id="t", worker="one@test", eta=text),)).find("t").eta == eta


def test_ends_are_passed_on():
    (ended,) = composed(ended=(SeenEnd(id="t", outcome="failed", at=THERE),)).ended
    assert (ended.id, ended.outcome, ended.at) == ("t", "failed", datetime.fromtimestamp(THERE, UTC))
