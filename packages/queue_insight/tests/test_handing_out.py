from __future__ import annotations

from datetime import timedelta

import pytest
from tests import values
from tests.values import NOW

from queue_insight import FinishedTask, Reason, TaskState, WorkerState, diagnose
from queue_insight.finished_tasks import MAX_FINISHED
from queue_insight.handing_out import handed_out
from queue_insight.snapshot import SentNote

SENT_AT = NOW - timedelta(seconds=10)


def note(**fields):
    return SentNote(**{"name": "work.do", "queue": "celery", "sent_at": SENT_AT, **fields})


def silent(**fields):
    known = {"state": WorkerState.LATE, "last_seen_at": SENT_AT, "queues": ("celery",), **fields}
    due = known["last_seen_at"] + timedelta(seconds=2)
    return values.worker(**{"next_by": due, "grace_s": 4.0, **known})


def taken(**fields):
    """A snapshot in which t9 was sent and is nowhere, while the only worker is silent."""
    nowhere = {
        "queues": (values.queue(depth=0),),
        "unacked": 0,
        "unacked_read": 0,
        "asked_tasks": frozenset({"t9"}),
        "sent": {"t9": note()},
        "workers": (silent(),),
    }
    return values.snapshot(**{**nowhere, **fields})


def ended(task_id="other", at=NOW):
    return FinishedTask(id=task_id, outcome="succeeded", at=at)


@pytest.mark.parametrize(
    ("fields", "is_handed_out"),
    [
        ({}, True),
        ({"workers": (silent(state=WorkerState.GONE, last_seen_at=SENT_AT - timedelta(seconds=6)),)}, True),
        ({"workers": (silent(state=WorkerState.GONE, last_seen_at=SENT_AT - timedelta(seconds=7)),)}, False),
        ({"workers": (silent(last_seen_at=SENT_AT + timedelta(seconds=2)),)}, True),
        ({"workers": (silent(last_seen_at=SENT_AT + timedelta(seconds=3)),)}, False),
        ({"workers": (silent(queues=("other",)),)}, False),
        ({"workers": (silent(queues=None),)}, False),
        ({"workers": (silent(state=WorkerState.OFFLINE),)}, False),
        ({"workers": ()}, False),
        ({"sent": {}}, False),
        ({"sent": {"t9": note(queue="")}}, False),
        ({"asked_tasks": frozenset()}, False),
        ({"fresh": False}, False),
        ({"broker_read": False, "queues": ()}, False),
        ({"unacked": None}, False),
        ({"queues": (values.queue(depth=None),)}, False),
        ({"queues": (values.queue(depth=1),)}, False),
        ({"queued": (values.task(id="t9"),), "queues": (values.queue(depth=1),)}, False),
        ({"running": (values.running(id="t9"),)}, False),
        ({"finished": (ended("t9"),)}, False),
        ({"finished": (ended(),)}, True),
        ({"finished": (ended(),) * MAX_FINISHED}, False),
        ({"finished": (ended(at=SENT_AT), *(ended(),) * MAX_FINISHED)}, True),
        ({"notes": (Reason(code="events_lost", message="m"),)}, False),
    ],
)
def test_a_task_was_handed_out_if_it_is_nowhere_and_a_worker_of_its_queue_is_silent(fields, is_handed_out):
    found = list(handed_out(taken(**fields)))
    assert [task.id for task in found] == (["t9"] if is_handed_out else [])


def test_a_task_that_was_handed_out_names_the_worker_and_when_it_was_last_seen():
    (task,) = handed_out(taken())
    assert (task.state, task.queue, task.sent_at) == (TaskState.HANDED_OUT, "celery", SENT_AT)
    (reason,) = diagnose("t9", taken(queued=(task,)))
    assert reason.code == "handed_out"
    assert reason.message == (
        "It waits in queue 'celery' no more: the broker has handed it out, and nobody has confirmed it. "
        "Most likely one@test has it, last seen 2026-11-23T11:59:50+00:00."
    )
    assert reason.params["worker"] == "one@test"
    assert "Redis and Valkey do not" in reason.remedy


def test_of_two_silent_workers_either_may_have_it():
    older = silent(name="two@test", last_seen_at=SENT_AT - timedelta(seconds=5))
    snapshot = taken(workers=(older, silent()))
    (task,) = handed_out(snapshot)
    (reason,) = diagnose("t9", taken(workers=(older, silent()), queued=(task,)))
    assert "Most likely one@test or two@test has it, of which one was last seen" in reason.message
