from __future__ import annotations

import os
import threading

import pytest
from tests.waiting import until

from eliot_progress import install, progress
from eliot_progress.outbox import LIMIT, Outbox
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import TASK, sample


class Shaky:
    """A store that is down until it is told to be up, and may be made to hang."""

    def __init__(self):
        self.up, self.gate, self.asked, self.kept = False, threading.Event(), 0, MemoryStore()
        self.gate.set()

    def record(self, message):
        self.asked += 1
        assert self.gate.wait(10)
        if not self.up:
            raise ConnectionError("no route")
        self.kept.record(message)


def test_the_newest_state_of_each_task_arrives():
    store, changes = MemoryStore(), []
    outbox = Outbox(store, changes.append)
    for seq in range(1, 500):
        outbox(sample(seq, done=seq))
    outbox(sample(500, level=(3,)))
    outbox({"message_type": "other"})
    assert outbox.flush()
    assert store.get(f"{TASK}@/2").done == 499
    assert max(state.seq for state in changes if state.id == f"{TASK}@/2") == 499
    assert store.get(f"{TASK}@/3") is not None


def test_a_hanging_store_slows_nobody_and_newer_states_replace_older_ones():
    store = Shaky()
    store.up = True
    store.gate.clear()
    outbox = Outbox(store, None)
    outbox(sample(1))
    until(lambda: store.asked == 1)
    for seq in range(2, 2000):
        outbox(sample(seq, done=seq))
    store.gate.set()
    assert outbox.flush()
    assert store.asked == 2
    assert store.kept.get(f"{TASK}@/2").done == 1999


def test_a_store_that_was_down_gets_the_last_state_when_it_is_back(capsys):
    store = Shaky()
    outbox = Outbox(store, None, retry_s=0.001)
    outbox(sample(1))
    until(lambda: store.asked >= 3)
    outbox(sample(2, done=7, outcome="succeeded"))
    store.up = True
    assert outbox.flush()
    assert store.kept.get(f"{TASK}@/2").done == 7
    assert outbox.failed >= 3
    assert capsys.readouterr().err.count("the store failed (ConnectionError: no route)") == 1


def test_a_last_state_that_waits_is_not_replaced_by_an_older_message():
    store = Shaky()
    store.up = True
    store.gate.clear()
    outbox = Outbox(store, None)
    outbox(sample(1, level=(9,)))
    until(lambda: store.asked == 1)
    outbox(sample(5, outcome="failed"))
    outbox(sample(4))
    store.gate.set()
    assert outbox.flush()
    assert store.kept.get(f"{TASK}@/2").outcome == "failed"


def test_a_listener_that_fails_is_counted_and_the_store_goes_on(capsys):
    store = MemoryStore()

    def fails(state):
        raise LookupError("odd")

    outbox = Outbox(store, fails)
    outbox(sample(1))
    assert outbox.flush()
    assert outbox.failed == 1
    assert store.get(f"{TASK}@/2") is not None
    assert "on_change failed" in capsys.readouterr().err


def test_too_many_waiting_tasks_are_dropped_oldest_first_and_counted_but_no_end_is(capsys):
    store = Shaky()
    store.up = True
    store.gate.clear()
    outbox = Outbox(store, None)
    outbox(sample(1, level=(1,)))
    until(lambda: store.asked == 1)
    outbox(sample(2, level=(1,), outcome="succeeded"))
    for n in range(2, LIMIT + 5):
        outbox({"message_type": "progress", "task_uuid": TASK, "task_level": [n, 1]})
    assert outbox.dropped == 3
    store.gate.set()
    outbox.flush()
    assert store.kept.get(f"{TASK}@/1").outcome == "succeeded"
    assert capsys.readouterr().err.count("more than 10,000 states wait for delivery") == 1


def test_secrets_reach_neither_the_store_nor_the_listener():
    store, changes = MemoryStore(), []
    outbox = Outbox(store, changes.append)
    outbox(sample(1, note="login with password=hunter2", outcome="failed", reason="db://me:hunter2@host"))
    assert outbox.flush()
    assert "hunter2" not in repr([store.get(f"{TASK}@/2"), *changes])
    assert changes[0].reason == "db://me:[redacted]@host"


def test_flush_gives_up_after_its_time():
    store = Shaky()
    store.gate.clear()
    outbox = Outbox(store, None)
    outbox(sample(1))
    assert not outbox.flush(0.01)
    store.up = True
    store.gate.set()
    assert outbox.flush()


@pytest.mark.parametrize("level", [None, "1", 3])
def test_malformed_messages_are_ignored(level):
    outbox = Outbox(MemoryStore(), None)
    outbox({**sample(1), "task_level": level})
    assert outbox.flush(0)


def test_a_forked_child_delivers_on_its_own(tmp_path):
    path = tmp_path / "seen"

    def on_change(state):
        with path.open("a") as seen:
            seen.write(f"{state.action_type} {state.outcome}\n")

    installed = install(on_change=on_change)
    with progress("parent"):
        assert installed.flush()
        child = os.fork()
        if child == 0:
            try:
                with progress("child"):
                    pass
                installed.flush()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
    installed.remove()
    assert {"child succeeded", "parent None", "parent succeeded"} <= set(path.read_text().splitlines())


class Choosy:
    """A store that takes everything but the reports of one task."""

    def __init__(self, level):
        self.level, self.kept = [*level, 1], MemoryStore()

    def record(self, message):
        if message["task_level"][:-1] == self.level[:-1]:
            raise ValueError("a number that it does not have")
        self.kept.record(message)


@pytest.mark.parametrize("refused", [{}, {"outcome": "succeeded"}])
def test_a_report_that_the_store_refuses_keeps_no_other_from_it(refused):
    store = Choosy((2,))
    outbox = Outbox(store, None, retry_s=0.01)
    outbox(sample(1, level=(2,), **refused))
    until(lambda: outbox.failed > 0)
    for level in ((3,), (4,)):
        outbox(sample(1, level=level))
        outbox(sample(1, level=(*level, 1), outcome="succeeded"))
    reported = [f"{TASK}@/3", f"{TASK}@/4", f"{TASK}@/3/1", f"{TASK}@/4/1"]
    until(lambda: all(store.kept.get(each) is not None for each in reported))
