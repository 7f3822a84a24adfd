from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from tests import values
from tests.values import NOW

from queue_insight import TaskState, WorkerState
from queue_insight.drain import Drain, DrainState
from queue_insight.page.clock import Clock
from queue_insight.page.overview import MAX_QUIET, arrange, row
from queue_insight.snapshot import Pause

CLOCK = Clock(now=NOW, zone=UTC)


def waiting(queue, **fields):
    return values.task(**{"id": f"waits in {queue}", "queue": queue, **fields})


def arranged(**fields):
    return arrange(values.snapshot(**fields), CLOCK)


def test_queues_are_sorted_by_trouble_and_quiet_ones_are_apart():
    late = values.worker(name="late@test", state=WorkerState.LATE, queues=("late",))
    found = arranged(
        queues=(
            values.queue(name="quiet", depth=0),
            values.queue(name="works", depth=0, running=1),
            values.queue(name="starts", depth=1),
            values.queue(name="full", depth=900, workers=("full@test",)),
            values.queue(name="late", depth=1, workers=("late@test",)),
            values.queue(name="lost", depth=0),
            values.queue(name="nobody", depth=1, workers=()),
        ),
        queued=tuple(waiting(name) for name in ("starts", "full", "late", "nobody")),
        running=(
            values.running(queue="full", worker="full@test"),
            values.running(id="r2", queue="lost", state=TaskState.LOST, worker="two@test"),
        ),
        workers=(values.worker(), values.worker(name="full@test", queues=("full",)), late),
    )
    assert [(each.name, each.label) for each in found.rows] == [
        ("nobody", "no worker"),
        ("lost", "lost"),
        ("late", "late"),
        ("full", "full"),
        ("starts", "starts"),
        ("works", "runs"),
    ]
    assert [each.name for each in found.quiet] == ["quiet"]
    assert found.rows[0].reason == "No worker listens to queue 'nobody'."
    assert found.rows[3].slots == "1 of 1 slots busy"


def test_waiting_taken_and_delayed_are_three_figures_that_do_not_overlap():
    found = row(values.queue(depth=7, reserved=3, delayed=2), values.snapshot(), CLOCK)
    assert (found.waiting, found.taken, found.delayed) == (7, 1, 2)


def test_of_a_queue_in_which_nothing_waits_no_end_is_looked_for():
    taken = values.queue(depth=0, reserved=1, drain=values.NOT_ESTIMATED)
    found = row(taken, values.snapshot(), CLOCK)
    assert (found.drain, found.drain_why, found.label) == ("", "", "taken")


def test_what_nobody_observed_is_not_known_rather_than_zero():
    unobserved = values.snapshot(collected_at=None, fresh=False, workers=())
    found = row(values.queue(depth=7, workers=None), unobserved, CLOCK)
    assert (found.taken, found.delayed, found.running, found.workers) == (None, None, None, None)
    assert found.oldest == "?"


def test_an_outdated_collector_state_proves_no_missing_worker():
    former = values.worker(state=WorkerState.UNKNOWN)
    queue = values.queue(workers=())
    stale = values.snapshot(fresh=False, queues=(queue,), workers=(former,), queued=(waiting("celery"),))
    found = row(queue, stale, CLOCK)
    assert (found.workers, found.label) == (None, "worker unknown")


def test_a_queue_of_which_no_task_could_be_read_says_so():
    found = row(values.queue(depth=7), values.snapshot(), CLOCK)
    assert (found.label, found.oldest) == ("not read", "?")
    assert "could be read" in found.reason


def test_lost_tasks_are_counted_in_the_reason():
    running = tuple(
        values.running(id=f"r{number}", state=TaskState.LOST, worker="two@test") for number in range(3)
    )
    found = row(values.queue(depth=0), values.snapshot(running=running), CLOCK)
    assert found.reason == "3 tasks ended with two@test: 3 tasks are lost for good."
    assert "look at what it changed before you send it again" in found.remedy


def test_lost_tasks_that_come_back_are_counted_apart_from_those_that_do_not():
    tasks = [
        values.running(id="r1", state=TaskState.LOST, worker="two@test", unacked=True),
        values.running(id="r2", state=TaskState.LOST, worker="two@test", unacked=False),
    ]
    now = values.snapshot(running=tuple(tasks), visibility_timeout_s=3600.0)
    found = row(values.queue(depth=0), now, CLOCK)
    assert found.reason == "2 tasks ended with two@test: 1 task comes back by 12:59; 1 task is lost for good."
    assert "look at what it changed" in found.remedy


def test_delivered_tasks_that_no_worker_has_are_not_called_taken():
    stray = values.task(
        state=TaskState.RESERVED, position=None, unacked=True, delivered_at=NOW - timedelta(minutes=5)
    )
    now = values.snapshot(queued=(stray,), visibility_timeout_s=3600.0)
    found = row(values.queue(depth=0, reserved=1), now, CLOCK)
    assert (found.label, found.tone) == ("nobody has it", "late")
    assert "it comes back by 12:55:00" in found.remedy


def test_a_queue_without_a_worker_says_so_once():
    drain = Drain(state=DrainState.NOT_KNOWN, why="no worker is known to consume it")
    queue = values.queue(workers=(), drain=drain)
    found = row(queue, values.snapshot(queues=(queue,), queued=(waiting("celery"),)), CLOCK)
    assert (found.label, found.drain, found.drain_why) == ("no worker", "?", "")


def test_a_task_that_may_have_finished_is_not_called_lost():
    ended = values.running(state=TaskState.UNKNOWN, worker="two@test")
    found = row(values.queue(depth=0), values.snapshot(running=(ended,)), CLOCK)
    assert (found.label, found.tone) == ("end not known", "late")


def test_tasks_that_workers_only_keep_until_due_are_not_called_taken():
    found = row(values.queue(depth=0, reserved=6, delayed=6), values.snapshot(), CLOCK)
    assert (found.taken, found.delayed, found.label) == (0, 6, "delayed")


def test_more_quiet_queues_than_fit_are_counted():
    found = arranged(queues=tuple(values.queue(name=f"q{number}", depth=0) for number in range(150)))
    assert (len(found.quiet), found.more) == (MAX_QUIET, 50)


@pytest.mark.parametrize(
    ("workers", "reason"),
    [
        ((), "Queue 'celery' was paused by anna at 11:55:00."),
        (
            ("one@test",),
            (
                "Queue 'celery' was paused by anna at 11:55:00. "
                "By the last inspection of the workers, it is still consumed by one@test."
            ),
        ),
    ],
)
def test_a_paused_queue_says_who_paused_it_and_who_takes_from_it_all_the_same(workers, reason):
    paused = {"celery": Pause(by="anna", since=NOW - timedelta(minutes=5))}
    found = row(values.queue(workers=workers), values.snapshot(paused=paused), CLOCK)
    assert (found.label, found.reason) == ("paused", reason)


def test_who_has_just_stopped_to_consume_a_queue_is_not_said_to_consume_it():
    pause = Pause(by="anna", since=NOW - timedelta(seconds=3), workers=("one@test",))
    paused = values.snapshot(paused={"celery": pause})
    assert "still consumed" not in row(values.queue(workers=("one@test",)), paused, CLOCK).reason
    other = row(values.queue(workers=("one@test", "two@test")), paused, CLOCK)
    assert other.reason.endswith("it is still consumed by two@test.")


@pytest.mark.parametrize("fields", [{"eta": NOW + timedelta(minutes=5)}, {"revoked": True}])
def test_a_missing_worker_outweighs_what_the_next_task_is(fields):
    queue = values.queue(workers=())
    now = values.snapshot(queues=(queue,), queued=(waiting("celery", **fields),))
    assert row(queue, now, CLOCK).label == "no worker"
