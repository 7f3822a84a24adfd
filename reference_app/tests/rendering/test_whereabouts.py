from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsmlock.backends.base import HoldInfo
from queue_insight import FinishedTask, QueueState, Snapshot, TaskInfo, TaskState, WorkerInfo, WorkerState
from timelapse.rendering.models import Movie
from timelapse.rendering.whereabouts import task_reasons, waits

NOW = datetime(2026, 11, 29, 14, tzinfo=UTC)
SEEN_AT = NOW - timedelta(seconds=8)
HOLD = HoldInfo(
    resource="timelapses.Timelapse:1",
    lock="render",
    holder="worker",
    since=SEEN_AT,
    expires_at=NOW + timedelta(seconds=4),
    why="Movie 7",
    token=3,
    claim="c",
)


def movie(state="queued", sent_s=8.0, **fields):
    sent_at = None if sent_s is None else NOW - timedelta(seconds=sent_s)
    return Movie(**{"pk": 7, "state": state, "task_id": "t", "sent_at": sent_at, **fields})


def worker(state=WorkerState.ONLINE):
    return WorkerInfo(
        name="render@pi", state=state, last_seen_at=SEEN_AT, next_by=SEEN_AT, grace_s=4.0, queues=("render",)
    )


def task(state, **fields):
    has_worker = state not in {TaskState.QUEUED, TaskState.HANDED_OUT}
    known = {"worker": "render@pi" if has_worker else None, "sent_at": SEEN_AT}
    if state is TaskState.QUEUED:
        known["position"] = 0
    return TaskInfo(id="t", name="rendering.render_movie", queue="render", state=state, **{**known, **fields})


def snapshot(*tasks, worker_is=WorkerState.ONLINE, **fields):
    running = tuple(each for each in tasks if each.state in {TaskState.RUNNING, TaskState.LOST})
    consumes = worker_is in {WorkerState.ONLINE, WorkerState.LATE}
    queue = QueueState(name="render", depth=0, running=0, workers=("render@pi",) if consumes else ())
    known = {"workers": (worker(worker_is),), "queues": (queue,), "fresh": True, "unacked": 0}
    known |= {"asked_tasks": frozenset({"t"}), "running": running}
    return Snapshot(at=NOW, queued=tuple(set(tasks) - set(running)), **{**known, **fields})


def codes(reasons):
    return [reason.code for reason in reasons]


GONE, LATE = WorkerState.GONE, WorkerState.LATE
TAKEN = task(TaskState.RESERVED, worker=None)


@pytest.mark.parametrize(
    ("asked", "now", "expected"),
    [
        (movie(sent_s=None, task_id=""), snapshot(), ["not_sent"]),
        (movie(sent_s=None), snapshot(), ["on_its_way"]),
        (movie(sent_s=1), snapshot(), ["on_its_way"]),
        (movie(sent_s=1), snapshot(TAKEN), ["on_its_way"]),
        (movie(sent_s=1), snapshot(task(TaskState.HANDED_OUT), worker_is=LATE), ["on_its_way"]),
        (movie(sent_s=1), snapshot(task(TaskState.QUEUED), worker_is=GONE), ["no_worker"]),
        (movie(sent_s=1), snapshot(task(TaskState.RUNNING)), ["begins"]),
        (movie(sent_s=8), snapshot(task(TaskState.HANDED_OUT), worker_is=LATE), ["handed_out"]),
        (movie(sent_s=8), snapshot(task(TaskState.HANDED_OUT), worker_is=GONE), ["handed_out"]),
        (movie(), snapshot(task(TaskState.QUEUED), worker_is=GONE), ["no_worker"]),
        (movie(), snapshot(task(TaskState.QUEUED)), ["about_to_start"]),
        (movie(), snapshot(TAKEN), ["reserved"]),
        (movie(), snapshot(task(TaskState.RUNNING)), ["begins"]),
        (movie(), snapshot(task(TaskState.RUNNING), worker_is=LATE), ["worker_silent"]),
        (movie(), snapshot(task(TaskState.LOST), worker_is=GONE), ["worker_gone"]),
        (movie(), snapshot(), ["not_found"]),
        (movie(), snapshot(fresh=False), ["not_known"]),
        (
            movie(),
            snapshot(finished=(FinishedTask(id="t", outcome="succeeded", at=SEEN_AT),)),
            ["task_ended"],
        ),
        (movie("rendering"), snapshot(task(TaskState.RUNNING)), []),
        (movie("rendering"), snapshot(task(TaskState.RUNNING), worker_is=LATE), ["worker_silent"]),
        (movie("rendering"), snapshot(task(TaskState.LOST), worker_is=GONE), ["worker_silent"]),
        (movie("rendering"), snapshot(), []),
    ],
)
def test_where_its_task_is_decides_what_it_says(asked, now, expected):
    assert codes(task_reasons(asked, now)) == expected


def test_a_task_that_a_silent_worker_was_handed_says_since_when_and_what_happens_next():
    (reason,) = task_reasons(movie(), snapshot(task(TaskState.HANDED_OUT), worker_is=GONE))
    assert reason.message == (
        "It was handed to the worker render@pi, which has been silent since 2026-11-29T13:59:52+00:00."
    )
    assert reason.remedy == (
        "If that worker goes on, it begins. Otherwise it is sent again soon after 2026-11-29T14:00:07+00:00."
    )


def test_nobody_is_promised_that_it_is_sent_again_once_that_is_overdue():
    (reason,) = task_reasons(movie(sent_s=31), snapshot())
    assert reason.remedy.startswith("It should have been sent again soon after 2026-11-29T13:59:44+00:00")


def test_what_is_rendered_by_a_silent_worker_goes_on_after_its_lease():
    now = snapshot(task(TaskState.RUNNING), worker_is=LATE)
    (held,), (lost,) = task_reasons(movie("rendering"), now, HOLD), task_reasons(movie("rendering"), now)
    assert held.message == lost.message
    assert held.message == (
        "The worker render@pi makes it, and has been silent since 2026-11-29T13:59:52+00:00."
    )
    assert held.remedy.endswith("soon after 2026-11-29T14:00:04+00:00.")
    assert lost.remedy.startswith("It lost the lock")


def test_a_worker_that_comes_back_to_a_movie_that_was_taken_from_it_ends_it_first():
    assert codes(task_reasons(movie(), snapshot(), HOLD)) == ["worker_is_back"]


def test_only_a_task_in_a_queue_is_known_to_wait():
    assert [waits(movie(), snapshot(task(state))) for state in TaskState] == [
        state is TaskState.QUEUED for state in TaskState
    ]


@given(
    st.sampled_from([None, 0.0, 1.9, 2.0, 14.0, 29.0, 31.0, 4000.0]),
    st.sampled_from([None, *TaskState]),
    st.booleans(),
    st.sampled_from(list(WorkerState)),
    st.booleans(),
    st.sampled_from([None, HOLD]),
    st.booleans(),
)
def test_a_queued_movie_never_is_without_a_reason(sent_s, state, named, worker_is, fresh, own, listed):
    known = [] if state is None else [task(state, **({} if named else {"worker": None}))]
    workers = {} if listed else {"workers": ()}
    now = snapshot(*known, worker_is=worker_is, fresh=fresh, **workers)
    reasons = task_reasons(movie(sent_s=sent_s), now, own)
    assert reasons
    assert all(reason.message for reason in reasons)
