from __future__ import annotations

from datetime import timedelta

import pytest
from tests import values
from tests.values import NOW

from queue_insight import FinishedTask, Reason, TaskState, WorkerState, diagnose
from queue_insight.drain import Drain, DrainState
from queue_insight.snapshot import DelayedTasks, Pause

STALE = Reason(code="collector_silent", message="silent")


def only(task_id, snapshot):
    (reason,) = diagnose(task_id, snapshot)
    return reason


def test_a_running_task_needs_no_reason():
    assert diagnose("r1", values.snapshot(running=(values.running(),))) == ()


def test_a_running_task_in_an_outdated_snapshot_comes_with_the_notes():
    snapshot = values.snapshot(running=(values.running(),), fresh=False, notes=(STALE,))
    assert diagnose("r1", snapshot) == (STALE,)


def test_tasks_ahead_of_it_are_counted():
    snapshot = values.snapshot(
        queues=(values.queue(depth=4, drain=Drain(state=DrainState.DRAINS, median_s=12.0)),),
        queued=tuple(values.task(id=f"t{n}", position=n) for n in range(4)),
        running=(values.running(),),
    )
    before, busy = diagnose("t3", snapshot)
    assert before.message == "3 tasks are ahead of it in queue 'celery'."
    assert before.params["drain_s"] == 12.0
    assert busy.message == (
        "1 worker listens to queue 'celery' (last seen 2026-11-23T12:00:00+00:00), "
        "busy with 1 task (work.do)."
    )
    assert diagnose("t1", snapshot)[0].message == "1 task is ahead of it in queue 'celery'."


def test_a_free_worker_is_about_to_take_it():
    assert only("t1", values.snapshot(queued=(values.task(),))).code == "about_to_start"


def test_a_worker_without_a_heartbeat_in_time_is_not_said_to_start_anything():
    late = values.worker(state=WorkerState.LATE, last_seen_at=values.NOW - timedelta(seconds=5))
    reason = only("t1", values.snapshot(queued=(values.task(),), workers=(late,)))
    assert (reason.code, reason.params["last_seen_at"]) == ("workers_late", "2026-11-23T11:59:55+00:00")
    assert reason.message == (
        "1 worker listens to queue 'celery' (last seen 2026-11-23T11:59:55+00:00), "
        "but no heartbeat came in time."
    )


@pytest.mark.parametrize(
    ("worker", "code", "message"),
    [
        (values.worker(queues=("other",)), "no_worker", "No worker listens to queue 'celery'."),
        (values.worker(state=WorkerState.GONE), "no_worker", "one@test did until 2026-11-23T12:00:00+00:00."),
        (values.worker(state=WorkerState.UNKNOWN), "worker_unknown", "Whether one@test still listens"),
    ],
)
def test_a_queue_without_workers_is_reported_with_the_command_that_starts_one(worker, code, message):
    snapshot = values.snapshot(queues=(values.queue(workers=()),), workers=(worker,), queued=(values.task(),))
    reason = only("t1", snapshot)
    assert reason.code == code
    assert message in reason.message
    assert reason.remedy.endswith("-Q celery")


def test_the_next_one_of_a_queue_that_nobody_is_known_to_listen_to():
    snapshot = values.snapshot(queues=(values.queue(workers=None),), workers=(), queued=(values.task(),))
    assert only("t1", snapshot).code == "next"


def test_a_lost_task_names_when_its_worker_was_last_seen_and_whether_it_is_redelivered():
    worker = values.worker(state=WorkerState.GONE, last_seen_at=NOW - timedelta(seconds=7))
    lost = values.running(state=TaskState.LOST)
    reason = only("r1", values.snapshot(workers=(worker,), running=(lost,)))
    assert reason.message == "Its worker one@test is gone: it was last seen at 2026-11-23T11:59:53+00:00."
    assert "before you send it again" in reason.remedy
    open_ = values.running(state=TaskState.LOST, unacked=None)
    assert "is unknown" in only("r1", values.snapshot(workers=(worker,), running=(open_,))).remedy


@pytest.mark.parametrize(
    ("timeout_s", "started_at", "remedy"),
    [
        (None, NOW, "it redelivers it when the connection of its worker ends."),
        (60.0, None, "it comes back within 60 s of its delivery (the visibility timeout)."),
        (
            60.0,
            NOW - timedelta(seconds=9),
            (
                "it comes back by 2026-11-23T12:00:51+00:00 (the visibility timeout), "
                "if any worker of this broker runs."
            ),
        ),
        (
            60.0,
            NOW - timedelta(minutes=5),
            (
                "it was to come back by 2026-11-23T11:56:00+00:00. "
                "Running workers see to that: start one, of any queue."
            ),
        ),
    ],
)
def test_a_lost_task_that_the_broker_holds_says_when_it_comes_back(timeout_s, started_at, remedy):
    lost = values.running(state=TaskState.LOST, unacked=True, started_at=started_at)
    reason = only("r1", values.snapshot(running=(lost,), visibility_timeout_s=timeout_s))
    assert reason.remedy == f"The broker holds it unacknowledged: {remedy}"


def test_a_paused_queue_needs_no_further_worker():
    paused = {"celery": Pause(by="anna", since=NOW - timedelta(minutes=5))}
    fields = {"queues": (values.queue(workers=()),), "queued": (values.task(),), "workers": ()}
    reason = only("t1", values.snapshot(**fields, paused=paused))
    assert (reason.code, reason.remedy) == ("paused", "Resume it on the queue's page.")
    assert reason.message == "Queue 'celery' was paused by anna at 2026-11-23T11:55:00+00:00."


def test_a_running_task_that_waits_again_says_so():
    def again(task_id):
        return Reason(code="redelivered", message="m", params={"task": task_id})

    now = values.snapshot(running=(values.running(),), notes=(again("r0"), again("r1")))
    assert diagnose("r1", now) == (again("r1"),)


def test_a_lost_task_of_a_replaced_worker_is_explained():
    reason = only("r1", values.snapshot(running=(values.running(state=TaskState.LOST),)))
    assert reason.message == "Its worker one@test was stopped or replaced while it had this task."


def test_a_task_that_is_not_due_says_when():
    later = values.task(
        state=TaskState.RESERVED, position=None, eta=NOW + timedelta(hours=1), worker="one@test"
    )
    assert (
        only("t1", values.snapshot(queued=(later,))).message
        == "It is not due before 2026-11-23T13:00:00+00:00."
    )


def test_a_reserved_task_waits_for_the_other_tasks_of_its_worker():
    reserved = values.task(state=TaskState.RESERVED, position=None, worker="one@test")
    reason = only("t1", values.snapshot(queued=(reserved,), running=(values.running(),)))
    assert reason.message == "Worker one@test has received it and is busy with 1 other task."


def test_of_several_former_workers_the_sentence_is_right():
    gone = [values.worker(name=name, state=WorkerState.GONE) for name in ("one@test", "two@test")]
    reason = only(
        "t1", values.snapshot(queues=(values.queue(workers=()),), queued=(values.task(),), workers=gone)
    )
    assert "one@test, two@test did until 2026-11-23T12:00:00+00:00" in reason.message


def test_a_prefetched_task_names_the_workers_that_could_run_it():
    reserved = values.task(state=TaskState.RESERVED, position=None, worker="one@test")
    workers = (
        values.worker(),
        values.worker(name="two@test"),
        values.worker(name="gone", state=WorkerState.GONE),
    )
    reason = only("t1", values.snapshot(queued=(reserved,), running=(values.running(),), workers=workers))
    assert reason.message == (
        "Worker one@test has received it and is busy with 1 other task, while two@test has free slots."
    )
    assert "may run twice" in reason.remedy


def test_a_task_whose_worker_runs_nothing_is_not_said_to_wait_for_others():
    reserved = values.task(state=TaskState.RESERVED, position=None, worker="one@test")
    reason = only("t1", values.snapshot(queued=(reserved,)))
    assert reason.code == "about_to_start"
    assert reason.message.endswith("is not known to run anything: it should start it at once.")


def test_a_task_behind_others_is_not_about_to_start():
    _, reason = diagnose("t1", values.snapshot(queued=(values.task(position=24_999),)))
    assert (reason.code, reason.message.rpartition(", ")[2]) == (
        "workers_idle",
        "and is not known to run anything.",
    )


def test_a_task_reserved_by_an_unknown_worker_is_explained():
    reserved = values.task(state=TaskState.RESERVED, position=None)
    assert "is unknown" in only("t1", values.snapshot(queued=(reserved,))).message


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        ("succeeded", "It succeeded at 2026-11-23T12:00:00+00:00"),
        ("revoked", "It was revoked at 2026-11-23T12:00:00+00:00"),
    ],
)
def test_a_finished_task_reports_its_outcome(outcome, message):
    snapshot = values.snapshot(finished=(FinishedTask(id="t0", outcome=outcome, at=NOW),))
    assert only("t0", snapshot).message.startswith(message)


def test_a_task_beyond_the_messages_read_may_be_further_back():
    snapshot = values.snapshot(queues=(values.queue(depth=500),), queued=(values.task(),))
    assert only("t9", snapshot).message == (
        "It is not among the first 1 of the 500 tasks in queue 'celery'; it may be further back."
    )


def test_a_task_that_is_not_found_is_explained_together_with_the_notes():
    complete = {"queues": (values.queue(depth=0),), "unacked": 0}
    reasons = diagnose("t9", values.snapshot(**complete, notes=(STALE,)))
    assert [reason.code for reason in reasons] == ["not_found", "collector_silent"]


EVERYTHING = {"broker_read": True, "unacked": 0, "unacked_read": 0, "fresh": True, "notes": ()}


@pytest.mark.parametrize(
    ("missing", "unsearched"),
    [
        ({"broker_read": False, "queues": ()}, "the queues"),
        ({"unacked": None}, "the delivered messages"),
        ({"unacked": 5, "unacked_read": 2}, "3 of 5 delivered messages"),
        ({"fresh": False}, "the workers"),
        ({"fresh": False, "collected_at": None}, "the workers"),
        *(
            ({"notes": (Reason(code=code, message="m"),)}, "some tasks of the workers")
            for code in ("tasks_evicted", "events_off", "events_lost")
        ),
        ({"broker_read": False, "queues": (), "fresh": False}, "the queues and the workers"),
    ],
)
def test_a_task_counts_as_not_found_only_after_a_complete_search(missing, unsearched):
    empty = {"queues": (values.queue(depth=0),), **EVERYTHING}
    assert only("t9", values.snapshot(**empty)).code == "not_found"
    reason = diagnose("t9", values.snapshot(**{**empty, **missing}))[0]
    assert reason.code == "not_known"
    assert reason.message == f"Where it is, is not known: {unsearched} could not be searched."
    assert "sent" not in reason.remedy


def test_a_waiting_task_with_an_eta_is_not_due():
    later = values.task(eta=NOW + timedelta(hours=1))
    assert only("t1", values.snapshot(queued=(later,))).code == "not_due"


@pytest.mark.parametrize("unacked", [True, False, None])
def test_no_remedy_sends_a_task_again_that_may_have_finished(unacked):
    ended = values.running(state=TaskState.UNKNOWN, unacked=unacked)
    reason = only("r1", values.snapshot(running=(ended,)))
    assert reason.code == "end_not_known"
    assert "Whether the task finished is not known." in reason.message
    assert "twice" in reason.remedy or "before you send it again" in reason.remedy


def test_a_worker_that_shut_down_may_have_finished_its_task():
    off = values.worker(state=WorkerState.OFFLINE)
    ended = values.running(state=TaskState.UNKNOWN, unacked=False)
    reason = only("r1", values.snapshot(workers=(off,), running=(ended,)))
    assert "finishes its running tasks first" in reason.message


def test_a_task_whose_end_was_not_observed_says_so():
    finished = FinishedTask(id="t0", outcome="unobserved", at=NOW)
    assert "How it ended is unknown." in only("t0", values.snapshot(finished=(finished,))).message


def test_workers_of_a_quorum_queue_that_are_full_are_called_full():
    snapshot = values.snapshot(
        queues=(values.queue(depth=1, kind="quorum", delayed=1),),
        queued=(values.task(),),
        running=(values.running(),),
        workers=(values.worker(slots=1),),
    )
    assert only("t1", snapshot).code == "workers_busy"


@pytest.mark.parametrize(
    ("fields", "unsearched"),
    [
        ({"broker_read": False}, "the queues"),
        ({"heads_read": False, "depth": 3}, "queue celery"),
        ({"depth": None}, "queue celery"),
        ({"delayed_in_broker": (DelayedTasks(within_s=7.0, count=2),)}, "2 tasks that the broker delays"),
        ({"unacked": None}, "the delivered messages"),
        ({"unacked": 0, "unacked_age_s": 5.0}, "the delivered messages"),
        ({"unacked": 3, "unacked_read": 1}, "2 of 3 delivered messages"),
    ],
)
def test_what_could_not_be_searched_is_not_called_absent(fields, unsearched):
    depth = fields.pop("depth", 0)
    snapshot = values.snapshot(queues=(values.queue(depth=depth),), **{"unacked": 0, **fields})
    reason = only("unknown", snapshot)
    assert (reason.code, reason.params["unsearched"]) == ("not_known", unsearched)


@pytest.mark.parametrize(
    "fields", [{}, {"state": TaskState.RESERVED, "position": None, "worker": "one@test"}]
)
def test_an_expired_task_will_not_run(fields):
    task = values.task(expires=NOW - timedelta(minutes=5), **fields)
    reason = diagnose("t1", values.snapshot(queued=(task,)))[0]
    assert (reason.code, reason.remedy) == ("expired", "Send it anew if it is still needed.")
    assert reason.message.startswith("It expired at 2026-11-23T11:55:00+00:00: it will not run.")
    later = values.task(expires=NOW + timedelta(minutes=5), **fields)
    assert diagnose("t1", values.snapshot(queued=(later,)))[0].code == "about_to_start"


def test_a_retry_that_is_not_due_says_which_it_is():
    retry = values.task(eta=NOW + timedelta(hours=1), retries=2)
    assert only("t1", values.snapshot(queued=(retry,))).message == (
        "Its attempt before did not succeed: this is retry 2. It is not due before 2026-11-23T13:00:00+00:00."
    )


def test_a_lost_task_comes_back_counted_from_its_delivery():
    lost = values.running(state=TaskState.LOST, unacked=True, delivered_at=NOW - timedelta(seconds=30))
    reason = only("r1", values.snapshot(running=(lost,), visibility_timeout_s=60.0))
    assert reason.params["back_by"] == "2026-11-23T12:00:30+00:00"


@pytest.mark.parametrize(
    ("fields", "message", "remedy"),
    [
        (
            {"delivered_at": NOW - timedelta(minutes=40)},
            "no worker is known to have it: its worker has probably ended",
            "it comes back by 2026-11-23T12:20:00+00:00",
        ),
        (
            {"delivered_at": NOW - timedelta(seconds=5)},
            "which one, and whether it has started, is unknown",
            "",
        ),
        ({}, "which one, and whether it has started, is unknown", ""),
    ],
)
def test_a_delivered_task_that_no_worker_has_says_when_it_comes_back_and_blames_no_events(
    fields, message, remedy
):
    delivered = values.task(state=TaskState.RESERVED, position=None, unacked=True, **fields)
    reason = only("t1", values.snapshot(queued=(delivered,), visibility_timeout_s=3600.0))
    assert message in reason.message
    assert remedy in reason.remedy
    assert "Start the collector" not in reason.remedy


def test_a_delivered_task_may_be_at_a_worker_of_the_solo_pool_which_says_nothing_while_it_works():
    delivered = values.task(
        state=TaskState.RESERVED, position=None, unacked=True, delivered_at=NOW - timedelta(minutes=40)
    )
    solo = values.worker(is_solo=True, state=WorkerState.LATE)
    reason = only("t1", values.snapshot(queued=(delivered,), workers=(solo,), visibility_timeout_s=3600.0))
    assert "ended" not in reason.message
    assert "solo pool" in reason.remedy


def test_a_command_does_nothing_else_than_it_says_whatever_a_queue_is_called():
    name = "movies; touch /tmp/harm"
    queue = values.queue(name=name, workers=())
    reason = diagnose("t1", values.snapshot(queues=(queue,), queued=(values.task(queue=name),)))[0]
    assert reason.remedy.endswith("-Q 'movies; touch /tmp/harm'")
