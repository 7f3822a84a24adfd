from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from tests import values
from tests.values import NOW

from queue_insight import FinishedTask, TaskState
from queue_insight.page.clock import Clock
from queue_insight.page.timeline import timeline

SENT = NOW - timedelta(minutes=4, seconds=10)
LOST = {"state": TaskState.LOST, "sent_at": SENT}


def lines(*, running=(), queued=(), finished=()):
    snapshot = values.snapshot(running=running, queued=queued, finished=finished)
    return [f"{step.at} {step.text}".strip() for step in timeline("t1", snapshot, Clock(now=NOW, zone=UTC))]


def taken(**fields):
    return values.task(**{"state": TaskState.RESERVED, "worker": "one@test", "position": None, **fields})


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            values.task(sent_at=SENT, position=12),
            ["11:55:50 sent to queue 'celery'", "waits for 4 min 10 s: behind 12 tasks"],
        ),
        (
            values.task(),
            [
                "? sent to queue 'celery'",
                "when it was sent is not known: it carries no publish time, and no task-sent event came",
                "waits for ?: it is the next",
            ],
        ),
        (
            taken(sent_at=SENT),
            [
                "11:55:50 sent to queue 'celery'",
                "? taken by one@test, not started",
                "sent 4 min 10 s ago and not begun; when it was taken is not known",
            ],
        ),
        (
            taken(sent_at=SENT, eta=NOW + timedelta(minutes=2)),
            [
                "11:55:50 sent to queue 'celery'",
                "12:02:00 due",
                "? taken by one@test, not started",
                "kept by the worker until it is due in 2 min",
            ],
        ),
    ],
)
def test_a_waiting_task_says_for_what_it_waits(task, expected):
    assert lines(queued=(task,)) == expected


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            values.running(id="t1", sent_at=SENT),
            [
                "11:55:50 sent to queue 'celery'",
                "waited 4 min 1 s",
                "11:59:51 started on one@test",
                "runs for 9 s",
            ],
        ),
        (
            values.running(id="t1", sent_at=NOW),
            [
                "12:00:00 sent to queue 'celery'",
                "how long it waited is not known: the sender's clock is ahead of the worker's",
                "11:59:51 started on one@test",
                "runs for 9 s",
            ],
        ),
        (
            values.running(id="t1", started_at=None, **LOST),
            [
                "11:55:50 sent to queue 'celery'",
                "the event of its start is missing",
                "? taken by one@test",
                "events missing here: whatever it did after that was not observed",
                "12:00:00 one@test was last seen",
            ],
        ),
    ],
)
def test_a_task_of_a_worker_names_every_gap(task, expected):
    assert lines(running=(task,)) == expected


def test_of_a_finished_task_only_its_end_is_known():
    finished = FinishedTask(id="t1", outcome="succeeded", at=NOW)
    assert lines(finished=(finished,)) == ["what came before is not kept", "12:00:00 succeeded"]


def test_of_an_unknown_task_nothing_is_said():
    assert lines() == []


@pytest.mark.parametrize(
    ("worker", "steps"),
    [
        (
            None,
            [
                ("11:55:00", "delivered to a worker that is not known"),
                ("", "whether it has begun is not known"),
            ],
        ),
        ("one@test", [("11:55:00", "taken by one@test, not started"), ("", "taken 5 min ago and not begun")]),
    ],
)
def test_a_delivered_task_says_when_it_was_taken(worker, steps):
    taken = values.task(
        state=TaskState.RESERVED, position=None, worker=worker, delivered_at=NOW - timedelta(minutes=5)
    )
    found = timeline("t1", values.snapshot(queued=(taken,)), Clock(now=NOW, zone=UTC))
    assert [(step.at, step.text) for step in found[-2:]] == steps
