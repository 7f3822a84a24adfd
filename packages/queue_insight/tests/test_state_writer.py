from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from tests.conftest import free_port
from tests.waiting import wait_until

from queue_insight import event, snapshot
from queue_insight.conf import Settings
from queue_insight.errors import StoreUnreachableError
from queue_insight.events import EventTracker
from queue_insight.signals import collector_saved
from queue_insight.state_writer import StateWriter
from queue_insight.stored_state import load, load_all_tasks
from queue_insight.stores.memory import MemoryStore
from queue_insight.stores.redis import RedisStore

PACKAGE = Path(__file__).parents[1]
SETTINGS = Settings()


class Collector:
    """A tracker with its writer, at a time that the test sets."""

    def __init__(self, store):
        self.tracker = EventTracker(max_tasks=100, retention_s=1000.0)
        self.writer = StateWriter(store, SETTINGS)

    def apply(self, kind, task_id, **fields):
        document = {"type": kind, "uuid": task_id, "hostname": "one@test", "pid": 7, **fields}
        self.tracker.apply(event.read(document), 1000.0)

    def start(self, task_id, **fields):
        self.apply("task-started", task_id, **fields)

    def save(self, **options):
        self.writer.save(self.tracker, 1000.0, next_by=1001.0, **options)


def raise_unreachable(*_args, **_options):
    raise StoreUnreachableError("there", TimeoutError())


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def memory(now):
    return MemoryStore(clock=lambda: now[0])


def stored_ids(store):
    return [task.id for task in load_all_tasks(store)]


def test_of_two_collectors_the_first_one_writes(memory):
    first, second = Collector(memory), Collector(memory)
    first.start("t1")
    first.save()
    second.start("t2")
    second.save()
    assert (first.writer.is_active, second.writer.is_active) == (True, False)
    assert stored_ids(memory) == ["t1"]


def test_when_it_no_longer_writes_the_second_one_writes_everything_that_it_knows(memory, now):
    first, second = Collector(memory), Collector(memory)
    first.start("t1")
    first.save()
    second.start("t2")
    second.save()
    now[0] += 6.0
    second.save()
    assert second.writer.is_active
    assert stored_ids(memory) == ["t2"]


def test_after_a_pause_in_which_everything_expired_it_writes_everything(store):
    tracker = EventTracker(max_tasks=100, retention_s=1000.0)
    writer = StateWriter(store, Settings(RETENTION_S=0.2))
    document = {"type": "task-started", "uuid": "t1", "hostname": "one@test", "pid": 7}
    tracker.apply(event.read(document), 1000.0)
    writer.save(tracker, 1000.0, next_by=1001.0)
    wait_until(lambda: load(store) is None)
    writer.save(tracker, 1000.3, next_by=1001.3)
    assert stored_ids(store) == ["t1"]


def test_a_write_between_two_others_has_the_tasks_and_the_next_one_the_rest(memory):
    collector = Collector(memory)
    collector.save()
    collector.start("t1", name="work.do")
    collector.apply("task-succeeded", "t1")
    collector.start("t2")
    collector.save(tasks_only=True)
    state = load(memory).state
    assert (stored_ids(memory), [each.id for each in state.finished]) == (["t2"], ["t1"])
    assert state.run_times == {}
    collector.save()
    assert load(memory).state.run_times == {"work.do": (0.0,)}


def test_after_a_failure_even_a_write_between_two_others_has_everything(memory, monkeypatch):
    collector = Collector(memory)
    collector.save()
    collector.start("t1", name="work.do")
    collector.apply("task-succeeded", "t1")
    with monkeypatch.context() as patched:
        patched.setattr(memory, "write", raise_unreachable)
        collector.save()
    collector.save(tasks_only=True)
    assert load(memory).state.run_times == {"work.do": (0.0,)}


def test_each_save_says_whether_something_has_happened(memory):
    said = []

    def note(*, has_news, **_):
        said.append(has_news)

    collector = Collector(memory)
    collector_saved.connect(note)
    try:
        collector.save()
        collector.apply("worker-heartbeat", "")
        collector.save()
        collector.start("t1")
        collector.save()
        collector.save()
    finally:
        collector_saved.disconnect(note)
    assert said == [False, False, True, False]


def test_a_late_write_is_refused_and_its_collector_stands_by(memory, now):
    first, second = Collector(memory), Collector(memory)
    first.save()
    now[0] += 6.0
    second.start("t2")
    second.save()
    first.start("t1")
    first.save()
    assert not first.writer.is_active
    assert stored_ids(memory) == ["t2"]
    first.save()
    assert not first.writer.is_active


def test_a_collector_that_stops_leaves_the_lease_to_the_next_one(memory):
    first, second = Collector(memory), Collector(memory)
    first.save()
    first.writer.release()
    second.save()
    assert second.writer.is_active


def test_another_one_replaces_it_after_it_has_missed_three_writes():
    slow = StateWriter(MemoryStore(), Settings(SAVE_INTERVAL_S=4.0))
    assert slow._lease_s == 12.0
    assert StateWriter(MemoryStore(), SETTINGS)._lease_s + SETTINGS.SAVE_INTERVAL_S < 10


NOWHERE = f"redis://127.0.0.1:{free_port()}/0"


class Flaky(MemoryStore):
    """A store that applies what it is asked to, and whose answer gets lost."""

    unreachable = False

    def write(self, changes, **options):
        if self.unreachable:
            RedisStore(NOWHERE).write(changes, **options)
        super().write(changes, **options)


def test_what_could_not_be_written_is_written_later(caplog):
    store = Flaky()
    collector = Collector(store)
    collector.start("t1")
    collector.save()
    store.unreachable = True
    collector.start("t2")
    collector.save()
    collector.save()
    assert sum("Retrying" in message for message in caplog.messages) == 1
    store.unreachable = False
    collector.start("t3")
    collector.save()
    assert stored_ids(store) == ["t1", "t2", "t3"]


@pytest.fixture
def collect(broker_url, tmp_path):
    """Start collectors in processes of their own; each is killed at the end."""
    started = []

    def start(name):
        log = tmp_path / f"{name}.log"
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "django", "queue_insight", "collect", "--app", "tests.work.app"],
                cwd=PACKAGE,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "WORK_BROKER_URL": broker_url},
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        started.append(process)
        return process, lambda text: text in log.read_text()

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait(10)


@pytest.fixture
def holder(broker_url):
    """Return a function that returns the process id of the collector that holds the lease."""
    with redis.Redis.from_url(broker_url) as client:

        def pid():
            found = client.hget("queue-insight:collector:lease", "holder")
            return int(found.decode().split(":")[1]) if found else None

        yield pid


@pytest.mark.slow
def test_a_killed_collector_is_replaced(app, store, collect, holder):
    first, _ = collect("first")
    wait_until(lambda: holder() == first.pid)
    second, says = collect("second")
    wait_until(lambda: says("Standing by"))
    first.kill()
    wait_until(lambda: holder() == second.pid)
    wait_until(lambda: snapshot(app, store=store).fresh)


@pytest.mark.slow
def test_a_collector_that_was_suspended_beyond_its_lease_writes_no_more(app, store, collect, holder):
    first, first_says = collect("first")
    wait_until(lambda: holder() == first.pid)
    second, second_says = collect("second")
    wait_until(lambda: second_says("Standing by"))
    first.send_signal(signal.SIGSTOP)
    try:
        wait_until(lambda: holder() == second.pid)
    finally:
        first.send_signal(signal.SIGCONT)
    wait_until(lambda: first_says("Another collector has taken the lease"))
    wait_until(lambda: first_says("Standing by"))
    assert holder() == second.pid
    assert load(store).state.connected_since is not None
    second.terminate()
    wait_until(lambda: holder() == first.pid)
