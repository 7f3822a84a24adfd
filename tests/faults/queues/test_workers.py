"""Workers of every pool that are killed, whose clocks are wrong, that wait: what is said of their tasks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from celery import chord

from queue_insight import TaskState, WorkerState, diagnose
from queue_insight.history import history
from queue_insight.stored_state import load
from tests.faults.queues.conftest import kill
from tests.waiting import wait_until

if TYPE_CHECKING:
    from queue_insight import Snapshot
    from tests.faults.queues.conftest import Queues

SHIFTED = str(Path(__file__).with_name("shifted"))


def codes(now: Snapshot, task: str) -> list[str]:
    return [reason.code for reason in diagnose(task, now)]


def running(queues: Queues, *tasks: str) -> bool:
    states = [(found := queues.read().find(task)) and found.state for task in tasks]
    return states == [TaskState.RUNNING] * len(tasks)


@pytest.mark.parametrize("pool", ["prefork", "threads", "gevent"])
@pytest.mark.parametrize("broker", ["on_valkey", "on_rabbitmq"])
def test_a_killed_worker_loses_what_it_acknowledged_and_what_it_did_not_is_redelivered(
    request: pytest.FixtureRequest, broker: str, pool: str
) -> None:
    queues: Queues = request.getfixturevalue(broker)
    queues.collector()
    process = queues.worker("-P", pool, "-c", "2")
    wait_until(lambda: any(worker.slots for worker in queues.read().workers), "the worker")
    early = queues.app.send_task("work.long", (600,)).id
    late = queues.app.send_task("work.late", (600,)).id
    wait_until(lambda: running(queues, early, late), "both tasks to run")
    kill(process)
    wait_until(lambda: queues.read().workers[0].state is WorkerState.GONE, "the end to be noticed")
    now = queues.read()
    assert codes(now, early)[0] == "worker_gone"
    if broker == "on_valkey":
        assert codes(now, late)[0] == "worker_gone"
        params = [diagnose(task, now)[0].params["redelivered"] for task in (early, late)]
        assert params == ["no", "yes"]
    else:
        # RabbitMQ delivers it again as soon as the connection has ended.
        wait_until(lambda: queues.read().queues[0].depth == 1, "the late one to wait again")
    queues.worker("-P", pool, "-c", "2", name="two@test")
    wait_until(lambda: any(worker.slots for worker in queues.read().workers), "another worker")
    if broker == "on_rabbitmq":
        wait_until(lambda: running(queues, late), "the late one to run again")


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_looking_at_a_queue_of_rabbitmq_delivers_each_task_once_and_in_order(
    on_rabbitmq: Queues, kind: str
) -> None:
    queues = on_rabbitmq
    queues.app.conf.task_default_queue_type = kind
    tasks = [queues.app.send_task("work.short", (0,)).id for _ in range(50)]
    wait_until(lambda: queues.read().queues[0].depth == 50, "a quorum queue to have stored them")
    for _ in range(20):
        assert queues.read().queues[0].depth == 50
    queues.worker("-c", "1", WORK_QUEUE_TYPE=kind)
    wait_until(lambda: len(queues.started_at()) == 50, "all tasks")
    assert sorted(tasks, key=queues.started_at().__getitem__) == tasks
    wait_until(lambda: queues.read().queues[0].depth == 0, "the queue to be empty")


def test_the_clock_of_a_worker_is_five_minutes_off_and_its_tasks_are_not(on_valkey: Queues) -> None:
    queues = on_valkey
    queues.collector()
    queues.worker("-c", "1", PYTHONPATH=SHIFTED, CLOCK_OFFSET_S="300")
    wait_until(lambda: any(worker.slots for worker in queues.read().workers), "the worker")
    before = time.time()
    task = queues.app.send_task("work.long", (600,)).id
    wait_until(lambda: running(queues, task), "the task to run")
    wait_until(lambda: "clock_skew" in {note.code for note in queues.read().notes}, "the note")
    now = queues.read()
    found = now.find(task)
    assert found is not None
    assert found.started_at is not None
    assert before - 5 <= found.started_at.timestamp() <= time.time() + 5
    assert now.workers[0].state is WorkerState.ONLINE


def test_the_clock_of_a_sender_is_an_hour_off(on_valkey: Queues) -> None:
    queues = on_valkey
    send = "from tests.faults.queues.work import app; app.send_task('work.short', (0,), queue=%r)"
    for offset, queue in ((3600, "ahead"), (-3600, "behind")):
        subprocess.run(
            [sys.executable, "-c", send % queue],
            env={
                **os.environ,
                "WORK_BROKER_URL": queues.broker_url,
                "PYTHONPATH": SHIFTED,
                "CLOCK_OFFSET_S": str(offset),
            },
            cwd=Path(__file__).parents[3],
            check=True,
        )
    now = queues.read(queues=["ahead", "behind"])
    ahead, behind = now.queue("ahead"), now.queue("behind")
    assert ahead is not None
    assert behind is not None
    assert (ahead.depth, ahead.oldest_wait_s) == (1, None), "a wait that would be negative is not known"
    assert behind.oldest_wait_s == pytest.approx(3600, abs=60), "by the clock of the sender, as documented"
    assert "sender_clock_ahead" in {note.code for note in now.notes}


def test_tasks_that_are_not_due_and_retries_are_kept_by_their_worker(on_valkey: Queues) -> None:
    queues = on_valkey
    queues.collector()
    queues.worker("-c", "2")
    wait_until(lambda: any(worker.slots for worker in queues.read().workers), "the worker")
    later = queues.app.send_task("work.short", (0,), countdown=3600).id
    retried = queues.app.send_task("work.retried", (3600,)).id
    wait_until(lambda: queues.read().queues[0].delayed == 2, "both to be kept until they are due")
    now = queues.read()
    assert set(queues.started_at()) == {retried}
    assert [codes(now, task)[0] for task in (later, retried)] == ["not_due", "not_due"]
    assert (now.queues[0].depth, now.queues[0].running) == (0, 0)


@pytest.mark.timeout(180)
def test_a_chord_of_a_thousand_leaves_nothing_behind(on_valkey: Queues) -> None:
    queues = on_valkey
    queues.app.conf.result_backend = queues.store_url
    queues.collector()
    queues.worker("-c", "2", WORK_RESULTS_URL=queues.store_url)
    wait_until(lambda: any(worker.slots for worker in queues.read().workers), "the worker")
    add, total = queues.app.signature("work.add"), queues.app.signature("work.total")
    result = chord(add.clone((number, 1)) for number in range(1000))(total)
    assert result.get(timeout=120, disable_sync_subtasks=False) == sum(range(1000)) + 1000

    def succeeded() -> int:
        found = history(store=queues.store).hour
        return 0 if found is None else found.succeeded

    wait_until(lambda: succeeded() == 1001, "the collector to count all")
    now = queues.read()
    assert [(queue.depth, queue.reserved, queue.running) for queue in now.queues] == [(0, 0, 0)]
    assert list(now.tasks()) == []


ODD = ["<script>alert(1)</script>", "q" * 10_000, "wärteschlange \N{SNOWMAN}"]


def test_queues_and_arguments_of_any_kind_stop_nobody(on_valkey: Queues) -> None:
    queues = on_valkey
    queues.collector()
    for queue in ODD:
        queues.app.send_task("work.ignore", ("x" * 1_000_000, "ä\0\N{SNOWMAN}", b"\x00\xff"), queue=queue)
        queues.app.send_task("wörk.\N{RIGHT-TO-LEFT OVERRIDE}\N{SNOWMAN}", queue=queue)
    now = queues.read(queues=ODD)
    assert [(now.queue(queue) or now).depth for queue in (ODD[0], ODD[2])] == [2, 2]  # type: ignore[union-attr]
    queues.worker("-c", "1", "-Q", ",".join(ODD))
    wait_until(lambda: any(worker.slots for worker in queues.read().workers), "the worker")
    wait_until(lambda: len(queues.read().finished) >= 3, "the tasks with a megabyte each")
    now = queues.read()
    assert now.fresh
    assert {queue.name for queue in now.queues} >= {ODD[0], ODD[2]}
    found = load(queues.store)
    assert found is not None
    assert all(len(name) <= 255 for name in found.state.queues), "nothing is kept of the others"


def test_a_worker_that_comes_back_under_another_name_leaves_no_tasks_to_the_old_one(
    on_valkey: Queues,
) -> None:
    queues = on_valkey
    queues.collector()
    for number in range(3):
        process = queues.worker("-P", "threads", "-c", "1", name=f"pod-{number}@test")
        name = f"pod-{number}@test"
        wait_until(lambda name=name: (w := queues.read().worker(name)) and w.slots, "the worker")  # type: ignore[misc]
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
    wait_until(
        lambda: all(w.state is WorkerState.OFFLINE for w in queues.read().workers), "all to be offline"
    )
    now = queues.read()
    assert (len(now.workers), list(now.tasks())) == (3, [])
    assert now.queues[0].workers == ()
