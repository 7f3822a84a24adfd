from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from queue_insight import Reason, TaskState, WorkerState, diagnose
from queue_insight.brokers.base import BrokerState, Message, QueueBacklog
from queue_insight.collector_state import (
    CollectorState,
    ObservedOutcome,
    ObservedTask,
    ObservedWorker,
    SentTask,
    SentTasks,
    TaskCounts,
)
from queue_insight.compose import compose
from queue_insight.drain import DrainState
from queue_insight.stored_state import StoredState

NOW = 5000.0
# The collector's clock runs 4000 s behind the reader's: only ages may be compared.
THERE = 1000.0


def observed(**fields):
    return ObservedWorker(
        **{
            "name": "one@test",
            "last_seen_at": THERE,
            "heartbeat_interval_s": 2.0,
            "pid": 7,
            "queues": ("celery",),
            "slots": 2,
            **fields,
        }
    )


def compose_with(*, broker=None, age_s=0.5, **fields):
    collector = CollectorState(
        **{
            "collected_at": THERE,
            "next_by": THERE + 1,
            "connected_since": 1.0,
            "workers": (observed(),),
            **fields,
        }
    )
    return compose(
        now=NOW,
        broker=broker or BrokerState(),
        stored=StoredState(state=collector, age_s=age_s),
        grace_heartbeats=2.0,
        retention_s=600.0,
    )


def backlog(*ids, depth=None, **fields):
    head = tuple(Message(**{"id": id_, "queue": "celery", "name": "work.do", **fields}) for id_ in ids)
    return QueueBacklog(queue="celery", depth=len(ids) if depth is None else depth, head=head)


@pytest.mark.parametrize(
    ("worker", "state"),
    [
        (observed(), WorkerState.ONLINE),
        (observed(last_seen_at=THERE - 2.0), WorkerState.ONLINE),
        (observed(last_seen_at=THERE - 2.1), WorkerState.LATE),
        (observed(last_seen_at=THERE - 6.0), WorkerState.LATE),
        (observed(last_seen_at=THERE - 6.1), WorkerState.GONE),
        (observed(last_seen_at=THERE - 6.1, heartbeat_interval_s=10.0), WorkerState.ONLINE),
        (observed(offline=True), WorkerState.OFFLINE),
    ],
)
def test_the_state_of_a_worker_depends_on_its_own_heartbeat_interval(worker, state):
    assert compose_with(workers=(worker,)).workers[0].state is state


@pytest.mark.parametrize(
    "fields",
    [{"age_s": 2.1}, {"connected_since": None}],
    ids=["the collector is silent", "the collector is disconnected"],
)
def test_the_state_of_a_worker_is_unknown_without_a_connected_collector(fields):
    snapshot = compose_with(**fields)
    assert not snapshot.fresh
    assert snapshot.workers[0].state is WorkerState.UNKNOWN


def test_silence_counts_from_when_the_collector_connected():
    quiet = observed(last_seen_at=THERE - 100)
    assert compose_with(workers=(quiet,), connected_since=THERE - 5).workers[0].state is WorkerState.LATE
    assert compose_with(workers=(quiet,), connected_since=THERE - 7).workers[0].state is WorkerState.GONE


def test_nothing_collected_is_not_fresh():
    note = Reason(code="no_collector", message="none")
    broker = BrokerState(backlogs=(backlog("t1"),), unacked=3)
    snapshot = compose(
        now=NOW, broker=broker, stored=None, grace_heartbeats=2.0, retention_s=3600.0, notes=(note,)
    )
    assert (snapshot.fresh, snapshot.collected_at, snapshot.next_by) == (False, None, None)
    assert (snapshot.unacked, snapshot.notes, snapshot.at) == (3, (note,), datetime.fromtimestamp(NOW, UTC))
    assert snapshot.queue("celery").workers is None


@pytest.mark.parametrize(
    ("task", "worker", "state"),
    [
        (ObservedTask(id="t", worker="one@test", started_at=1.0), observed(), TaskState.RUNNING),
        (ObservedTask(id="t", worker="one@test"), observed(), TaskState.RESERVED),
        (
            ObservedTask(id="t", worker="one@test", started_at=1.0, ended_at=2.0, proven=True),
            observed(),
            TaskState.LOST,
        ),
        (
            ObservedTask(id="t", worker="one@test", started_at=1.0, ended_at=2.0),
            observed(),
            TaskState.UNKNOWN,
        ),
        (ObservedTask(id="t", worker="one@test"), observed(offline=True), TaskState.UNKNOWN),
        (
            ObservedTask(id="t", worker="one@test", started_at=1.0),
            observed(last_seen_at=1.0),
            TaskState.UNKNOWN,
        ),
        (ObservedTask(id="t", worker="other", started_at=1.0), observed(), TaskState.RUNNING),
    ],
)
def test_a_task_is_lost_only_if_it_certainly_did_not_finish(task, worker, state):
    assert compose_with(tasks=(task,), workers=(worker,)).find("t").state is state


def test_running_tasks_are_listed_with_the_longest_running_first():
    tasks = (
        ObservedTask(id="a", queue="celery", worker="one@test", started_at=2.0),
        ObservedTask(id="b", queue="celery", worker="one@test", started_at=1.0),
        ObservedTask(id="c", queue="celery", worker="one@test", started_at=1.5, ended_at=2.0, proven=True),
        ObservedTask(id="d", queue="celery", worker="one@test"),
        ObservedTask(id="e", queue="slow", worker="one@test", started_at=1.0),
    )
    snapshot = compose_with(tasks=tasks, broker=BrokerState(backlogs=(backlog(),)))
    assert [task.id for task in snapshot.running] == ["b", "e", "c", "a"]
    assert [task.id for task in snapshot.queued] == ["d"]


COUNTS = {"celery": TaskCounts(reserved=1, running=2), "slow": TaskCounts(running=7)}


@pytest.mark.parametrize(
    ("worker", "counts"),
    [
        (observed(task_counts=COUNTS), (1, 2)),
        (observed(task_counts=COUNTS, last_seen_at=THERE - 5), (1, 2)),
        (observed(task_counts=COUNTS, last_seen_at=1.0), (0, 0)),
        (observed(task_counts=COUNTS, offline=True), (0, 0)),
    ],
    ids=["online", "late", "gone", "offline"],
)
def test_the_tasks_of_live_workers_are_counted_without_reading_them(worker, counts):
    snapshot = compose_with(workers=(worker,), broker=BrokerState(backlogs=(backlog(),)))
    assert (snapshot.queue("celery").reserved, snapshot.queue("celery").running) == counts


def test_the_broker_says_of_which_queue_a_counted_task_is():
    taken = tuple(Message(id=each, queue="celery") for each in ("known", "unnamed", "unheard"))
    tasks = (
        ObservedTask(id="known", queue="celery", worker="one@test"),
        ObservedTask(id="unnamed", worker="one@test", started_at=1.0),
    )
    worker = observed(task_counts={"celery": TaskCounts(reserved=1), "": TaskCounts(running=1)})
    broker = BrokerState(backlogs=(backlog(),), unacked=3, unacked_head=taken)
    queue = compose_with(workers=(worker,), tasks=tasks, broker=broker).queue("celery")
    assert (queue.reserved, queue.running) == (2, 1)


def test_waiting_tasks_are_listed_in_order_of_delivery():
    unacked = Message(id="u", queue="celery")
    snapshot = compose_with(
        broker=BrokerState(backlogs=(backlog("x", "y"),), unacked=1, unacked_head=(unacked,))
    )
    assert [(t.id, t.state, t.position) for t in snapshot.queued] == [
        ("u", TaskState.RESERVED, None),
        ("x", TaskState.QUEUED, 0),
        ("y", TaskState.QUEUED, 1),
    ]
    assert snapshot.queue("celery").unacked == 1


def test_the_broker_completes_what_events_do_not_contain():
    message = Message(id="t", queue="slow", sent_at=NOW - 9)
    observed_task = ObservedTask(id="t", worker="one@test", sent_at=1.0)
    task = compose_with(tasks=(observed_task,), broker=BrokerState(unacked_head=(message,))).find("t")
    assert (task.queue, task.unacked) == ("slow", True)
    assert task.sent_at == datetime.fromtimestamp(NOW - 9, UTC)


LOST = ObservedTask(id="t", queue="celery", worker="one@test", started_at=1.0, ended_at=2.0, proven=True)


def test_a_lost_task_that_waits_again_is_a_waiting_one():
    snapshot = compose_with(tasks=(LOST,), broker=BrokerState(backlogs=(backlog("t"),), unacked=0))
    assert [(task.id, task.state) for task in snapshot.tasks()] == [("t", TaskState.QUEUED)]


def test_a_task_that_runs_and_waits_again_is_noted():
    task = ObservedTask(id="t", queue="celery", worker="one@test", started_at=1.0)
    (note,) = compose_with(tasks=(task,), broker=BrokerState(backlogs=(backlog("t"),))).notes
    assert note.code == "redelivered"
    # A lost connection is a cause on every broker, and each has a limit of its own.
    assert all(cause in note.remedy for cause in ("lost its connection", "visibility_timeout", "RabbitMQ"))


@pytest.mark.parametrize(
    ("broker", "unacked"),
    [
        (BrokerState(backlogs=(backlog(),), unacked=0), False),
        (BrokerState(unacked=2, unacked_head=(Message(id="t", queue="celery"),)), True),
        (BrokerState(unacked=1), None),
        (BrokerState(backlogs=(backlog("x", depth=9),), unacked=0), None),
        (BrokerState(), None),
    ],
    ids=["seen all, not there", "there", "more unacknowledged", "more waiting", "not read"],
)
def test_whether_a_lost_task_is_redelivered_may_be_unknown(broker, unacked):
    assert compose_with(tasks=(LOST,), broker=broker).find("t").unacked is unacked


def test_the_oldest_wait_is_that_of_the_next_task():
    with_publish_time = compose_with(broker=BrokerState(backlogs=(backlog("x", "y", sent_at=NOW - 12.5),)))
    assert with_publish_time.queue("celery").oldest_wait_s == 12.5
    from_event = compose_with(broker=BrokerState(backlogs=(backlog("x"),)), sent={"x": NOW - 3})
    assert from_event.queue("celery").oldest_wait_s == 3.0
    assert compose_with(broker=BrokerState(backlogs=(backlog("x"),))).queue("celery").oldest_wait_s is None
    ahead = compose_with(broker=BrokerState(backlogs=(backlog("x", sent_at=NOW + 2),)))
    assert ahead.queue("celery").oldest_wait_s is None
    assert [note.code for note in ahead.notes] == ["sender_clock_ahead"]


TIMES = {"run_times": {"work.do": (4.0,) * 5}}


@pytest.mark.parametrize(
    ("depth", "fields", "state", "median_s"),
    [
        (1, TIMES, DrainState.DRAINS, 0.0),
        (7, TIMES, DrainState.DRAINS, 12.0),
        (0, {}, DrainState.EMPTY, 0.0),
        (6, {}, DrainState.NOT_KNOWN, None),
        (6, {**TIMES, "workers": (observed(offline=True),)}, DrainState.NOT_KNOWN, None),
        (6, {**TIMES, "queues": {"celery": {"work.do": 5.0}}}, DrainState.DOES_NOT_DRAIN, None),
    ],
    ids=[
        "at once",
        "in rounds",
        "nothing waits",
        "no run time seen",
        "nobody works",
        "more arrives",
    ],
)
def test_the_drain_estimate_follows_what_waits_who_works_and_what_arrives(depth, fields, state, median_s):
    snapshot = compose_with(broker=BrokerState(backlogs=(backlog("x", depth=depth),)), **fields)
    drain = snapshot.queue("celery").drain
    assert (drain.state, drain.median_s) == (state, median_s)


def test_queues_share_the_slots_of_a_worker_by_what_waits_in_them():
    workers = (observed(queues=("celery", "slow"), slots=4),)
    both = (backlog("x", depth=100), replace(backlog("y", depth=300), queue="slow"))
    fields = {**TIMES, "workers": workers}
    alone = compose_with(broker=BrokerState(backlogs=both[:1]), **fields).queue("celery").drain
    beside = compose_with(broker=BrokerState(backlogs=both), **fields).queue("celery").drain
    assert beside.median_s == pytest.approx(4 * alone.median_s, rel=0.15)


def test_only_online_and_late_workers_listen():
    workers = (
        observed(),
        observed(name="gone", last_seen_at=1.0),
        observed(name="other", queues=("slow",)),
        observed(name="new", queues=None),
    )
    assert compose_with(workers=workers, broker=BrokerState(backlogs=(backlog(),))).queue(
        "celery"
    ).workers == ("one@test",)


def test_finished_tasks_are_included():
    (finished,) = compose_with(finished=(ObservedOutcome(id="t", outcome="failed", at=THERE),)).finished
    assert (finished.id, finished.outcome, finished.at) == ("t", "failed", datetime.fromtimestamp(THERE, UTC))


def counted(depth, **sent):
    """Compose with a broker that counts messages and shows none."""
    broker = BrokerState(
        backlogs=(QueueBacklog(queue="celery", depth=depth),), heads_read=False, unacked_age_s=5.0
    )
    waiting = {"celery": SentTasks(**sent)} if sent else {}
    return compose_with(broker=broker, waiting=waiting).queue("celery")


MARKS = tuple(float(1000 + 100 * part) for part in range(21))


@pytest.mark.parametrize(
    ("depth", "waiting", "sent_at", "ahead"),
    [
        (2000, {"count": 2000}, 1850.0, (800, 900)),
        (2000, {"count": 2000}, 1901.0, (800, 1000)),  # clocks differ
        (2000, {"count": 2000}, 1.0, (0, 0)),
        (2000, {"count": 2000}, 9000.0, (1999, 1999)),
        (2000, {"count": 500, "one_in": 4}, 1850.0, (800, 900)),
        (2000, {"count": 1500}, 1850.0, (600, 1175)),  # where the other 500 stand, nobody knows
        (1000, {"count": 2000}, 1850.0, (400, 450)),  # shares, until the first ones are dropped
        (0, {"count": 2000}, 1850.0, None),
        (2000, {"count": 2000, "marks": ()}, 1850.0, None),
        (2000, {"count": 2000, "marks": (1000.0,)}, 1850.0, None),
    ],
)
def test_what_is_ahead_of_a_task_that_waits_unseen_follows_from_when_it_was_sent(
    depth, waiting, sent_at, ahead
):
    broker = BrokerState(
        backlogs=(QueueBacklog(queue="celery", depth=depth),), heads_read=False, unacked_age_s=5.0
    )
    sent = SentTasks(**{"names": {}, "oldest_at": 1000.0, "marks": MARKS, **waiting})
    note = SentTask(id="t", name="work.do", queue="celery", sent_at=sent_at)
    collector = CollectorState(collected_at=THERE, next_by=THERE + 1, waiting={"celery": sent})
    now = compose(
        now=NOW,
        broker=broker,
        stored=StoredState(state=collector, age_s=0.5),
        grace_heartbeats=2.0,
        retention_s=3600.0,
        sent={"t": note},
    )
    assert now.sent["t"].ahead == ahead
    if depth == 2000 and ahead == (800, 900):
        first, *_ = diagnose("t", now)
        assert first.message.endswith("If it still waits there, about 800 to 900 tasks are ahead of it.")


def test_what_waits_unseen_is_named_by_its_senders():
    queue = counted(5, count=4, names={"work.do": 3, "": 1}, oldest_at=900.0)
    assert queue.names == {"work.do": 3}
    assert queue.oldest_wait_s is None
    assert counted(4, count=4, names={"work.do": 4}, oldest_at=900.0).oldest_wait_s is not None
    assert counted(5).names == {}


def test_if_senders_name_more_than_waits_the_names_are_shares():
    assert counted(50, count=100, names={"work.do": 60, "work.rest": 40}, oldest_at=1.0).names == {
        "work.do": 30,
        "work.rest": 20,
    }
    assert counted(0, count=9, names={"work.do": 9}, oldest_at=1.0).names == {}


def test_an_unknown_depth_stays_unknown():
    queue = counted(None, count=4, names={"work.do": 4}, oldest_at=900.0)
    assert (queue.depth, queue.names, queue.oldest_wait_s) == (None, {}, None)
    assert queue.drain.state is DrainState.NOT_KNOWN


def test_counts_that_are_seconds_old_prove_nothing_about_one_message():
    task = ObservedTask(id="t1", name="work.do", worker="one@test", started_at=990.0)
    broker = BrokerState(unacked=0, unacked_age_s=5.0)
    assert compose_with(broker=broker, tasks=(task,)).find("t1").unacked is None
    assert compose_with(broker=BrokerState(unacked=0), tasks=(task,)).find("t1").unacked is False


@pytest.mark.parametrize(("silent_s", "state"), [(599.0, WorkerState.LATE), (601.0, WorkerState.GONE)])
def test_a_silent_worker_of_the_solo_pool_is_late_until_the_collector_deletes_it(silent_s, state):
    worker = observed(is_solo=True, last_seen_at=THERE - silent_s)
    (info,) = compose_with(workers=(worker,)).workers
    assert info.state is state
    assert info.next_by + timedelta(seconds=info.grace_s) == info.last_seen_at + timedelta(minutes=10)
