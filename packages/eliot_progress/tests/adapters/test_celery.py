from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import Celery, chain, chord, group
from tests.waiting import until

from eliot_progress import causal_id, context, install, judge
from eliot_progress.adapters.celery import install as install_celery
from eliot_progress.errors import EliotProgressError
from eliot_progress.stores.redis import RedisStore

#: All start real workers.
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


class World:
    """A real worker of one pool, and the one log that it and the test write."""

    def __init__(self, url, folder, pool):
        self.url, self.pool, self.log = url, pool, folder / "log.jsonl"
        os.environ["TESTS_VALKEY_URL"] = url
        from tests.celery_world import app  # noqa: PLC0415 - it reads the URL when it is imported

        self.app = app
        self.queue = f"tests-{pool}-{os.getpid()}"
        environment = {**os.environ, "TESTS_WORKER_LOG": str(self.log), "TESTS_QUEUE": self.queue}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "tests.celery_world",
            "worker",
            "-P",
            pool,
            "-c",
            "2",
        ]
        quiet = [
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "-l",
            "ERROR",
            "-Q",
            self.queue,
        ]
        self.environment = environment
        self.process = subprocess.Popen([*command, *quiet], cwd=ROOT, env=environment)
        self.installed = install(log_path=self.log)
        self.app.conf.task_default_queue = self.queue

    def close(self):
        gc.collect()  # results unsubscribe when they are collected; the server must still be there
        self.installed.remove()
        self.process.terminate()
        self.process.wait(30)

    def click(self, work):
        """Run `work` inside a new root action, as a request would; its task uuid."""
        action = context.start("test:click")
        with action.context():
            work()
        action.finish()
        return action.task_uuid

    def all_messages(self):
        """Whole lines only: the last one may still be being written."""
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def messages(self, uuid):
        found = [message for message in self.all_messages() if message["task_uuid"] == uuid]
        ids = [tuple(message["task_level"]) for message in found]
        assert len(ids) == len(set(ids)), "an id was given twice"
        return found

    def ended(self, uuid, task, n=1, seconds=40):
        """The messages of the tree once `n` attempts of `task` have ended, with whatever status."""

        def found():
            messages = self.messages(uuid)
            ends = {
                tuple(m["task_level"][:-1])
                for m in messages
                if m.get("action_status") in ("succeeded", "failed")
            }
            attempts = [m for m in started(messages, task) if tuple(m["task_level"][:-1]) in ends]
            return messages if len(attempts) >= n else None

        return until(found, seconds)


def started(messages, task):
    return [
        m
        for m in messages
        if m.get("action_type") == "celery:task" and m["action_status"] == "started" and m["task"] == task
    ]


def status_of(messages, start):
    level = start["task_level"][:-1]
    ends = [
        m
        for m in messages
        if m["task_level"][:-1] == level and m.get("action_status") in ("succeeded", "failed")
    ]
    return [m["action_status"] for m in ends]


@pytest.fixture(scope="module", params=["prefork", "threads"])
def world(request, valkey_url, tmp_path_factory):
    world = World(valkey_url, tmp_path_factory.mktemp(request.param), request.param)
    yield world
    world.close()


def has_ended(state):
    return state if state is not None and state.outcome is not None else None


@pytest.mark.parametrize("world", ["solo", "gevent"], indirect=True)
def test_the_other_pools_keep_one_tree_report_and_retry_too(world):
    leaf, about, store = task(world, "leaf"), f"app.Pool:{world.pool}", RedisStore(world.url)

    def work():
        chain(leaf.si(), task(world, "counts").si(about, 20), leaf.si()).delay()
        task(world, "flaky").delay()
        chord([leaf.si(), leaf.si()], leaf.s()).delay()

    uuid = world.click(work)
    found = world.ended(uuid, "flaky", 3)
    found = world.ended(uuid, "leaf", 5)
    assert sorted(m["retries"] for m in started(found, "flaky")) == [0, 1, 2]
    state = until(lambda: has_ended(store.latest(about)), 40)
    assert (state.done, state.outcome, state.causal_id) == (20, "succeeded", uuid.replace("-", ""))
    store.close()


def task(world, name):
    return world.app.tasks[name]


def test_a_task_is_a_child_of_the_action_that_published_it(world):
    found = world.ended(world.click(task(world, "leaf").delay), "leaf")
    (publish,) = (
        m for m in found if m.get("action_type") == "celery:publish" and m["action_status"] == "started"
    )
    (start,) = started(found, "leaf")
    assert start["task_level"][: len(publish["task_level"]) - 1] == publish["task_level"][:-1]
    assert start["task_id"] == publish["task_id"]


def test_a_countdown_and_send_task_carry_the_id_too(world):
    def work():
        task(world, "leaf").apply_async(countdown=0.3)
        world.app.send_task("leaf")

    world.ended(world.click(work), "leaf", 2)


def test_a_chain_is_one_tree_in_which_each_task_causes_the_next(world):
    leaf = task(world, "leaf")
    found = world.ended(world.click(chain(leaf.si(), leaf.si(), leaf.si()).delay), "leaf", 3)
    levels = sorted((m["task_level"][:-1] for m in started(found, "leaf")), key=len)
    assert levels[1][: len(levels[0])] == levels[0]
    assert levels[2][: len(levels[1])] == levels[1]


def test_a_group_a_chord_and_the_canvas_of_a_task_are_one_tree(world):
    leaf = task(world, "leaf")

    def work():
        group(leaf.si(), leaf.si()).delay()
        chord([leaf.si(), leaf.si()], leaf.s()).delay()
        task(world, "fan_out").delay()

    world.ended(world.click(work), "leaf", 10)


@pytest.mark.parametrize(
    ("body", "first", "leaves"), [("task", 1, 1), ("chain", 1, 2), ("group", 1, 1), ("chord", 2, 3)]
)
def test_a_chords_body_names_the_group_that_it_waited_for(world, body, first, leaves):
    leaf, fan_out = task(world, "leaf"), task(world, "fan_out")
    bodies = {
        "task": leaf.s,
        "chain": lambda: chain(leaf.s(), leaf.si()),
        "group": lambda: group(leaf.s()),
        "chord": lambda: chord([leaf.si(), leaf.si()], leaf.si()),
    }
    uuid = world.click(lambda: chord([leaf.si(), fan_out.si()], bodies[body]()).delay())
    found = world.ended(uuid, "leaf", 6 + leaves)
    (fanned_out,) = started(found, "fan_out")
    chorded = [m for m in found if m.get("joins") == fanned_out["group"]]
    assert [m["action_type"] for m in chorded] == first * ["celery:publish"]
    assert {m["task_id"] for m in chorded} <= {m["task_id"] for m in started(found, "leaf")}


def test_every_attempt_of_a_retried_task_is_there_with_ids_of_its_own(world):
    found = world.ended(world.click(task(world, "flaky").delay), "flaky", 3)
    attempts = started(found, "flaky")
    assert sorted(m["retries"] for m in attempts) == [0, 1, 2]
    assert [status_of(found, m) for m in sorted(attempts, key=lambda m: m["retries"])] == [
        ["failed"],
        ["failed"],
        ["succeeded"],
    ]


def test_a_failing_task_ends_its_action_with_the_reason(world):
    found = world.ended(world.click(task(world, "broken").delay), "broken")
    (end,) = (m for m in found if m.get("action_status") == "failed")
    assert (end["exception"], end["reason"]) == ("builtins.LookupError", "never")


def test_chunks_and_an_eta_are_in_the_tree(world):
    def work():
        task(world, "add").chunks(zip(range(4), range(4), strict=True), 2).group().delay()
        task(world, "leaf").apply_async(eta=datetime.now(UTC) + timedelta(seconds=0.3))

    uuid = world.click(work)
    world.ended(uuid, "celery.starmap", 2)
    world.ended(uuid, "leaf")


def test_what_is_called_on_an_error_speaks_below_the_task_that_failed(world):
    errback = task(world, "said_on_error").s()
    found = world.ended(world.click(lambda: task(world, "broken").apply_async(link_error=errback)), "broken")
    (start,) = started(found, "broken")
    (said,) = (m for m in found if m.get("message_type") == "errback:said")
    assert said["task_level"][:-1] == start["task_level"][:-1]
    assert said["failed"] == start["task_id"]
    assert said["inside"] == said["task_uuid"].replace("-", "")


@pytest.mark.parametrize("world", ["threads"], indirect=True)  # beat is a process of its own
def test_what_beat_sends_is_a_tree_of_its_own(world, tmp_path):
    environment = {**world.environment, "TESTS_BEAT": str(tmp_path / "schedule")}
    command = [sys.executable, "-m", "celery", "-A", "tests.celery_world", "beat", "-l", "ERROR"]
    beat = subprocess.Popen([*command, "--pidfile", str(tmp_path / "pid")], cwd=ROOT, env=environment)

    def trees():
        return {m["task_uuid"] for m in started(world.all_messages(), "leaf") if len(m["task_level"]) == 2}

    try:
        until(lambda: len(trees()) >= 2, 60)
    finally:
        beat.terminate()
        beat.wait(30)


def test_one_signature_sent_twice_gives_two_attempts(world):
    signature = task(world, "leaf").si()

    def work():
        signature.freeze()
        signature.delay()
        signature.delay()

    world.ended(world.click(work), "leaf", 2)


def test_a_replaced_task_goes_on_in_the_same_tree(world):
    world.ended(world.click(task(world, "replaced").delay), "leaf")


def test_an_eager_task_inside_a_task_leaves_it_its_context(world):
    found = world.ended(world.click(task(world, "nested_eager").delay), "nested_eager")
    (outer,) = started(found, "nested_eager")
    (after,) = (m for m in found if m.get("action_type") == "after:eager" and m["action_status"] == "started")
    assert after["task_level"][:-2] == outer["task_level"][:-1]


@pytest.mark.parametrize("world", ["prefork"], indirect=True)  # only its children can die alone
def test_a_task_whose_worker_died_is_delivered_again_under_ids_of_its_own(world, tmp_path):
    uuid = world.click(lambda: task(world, "dies_once").delay(str(tmp_path / "died")))
    found = world.ended(uuid, "dies_once")
    statuses = [
        status_of(found, m) for m in sorted(started(found, "dies_once"), key=lambda m: m["timestamp"])
    ]
    assert statuses == [[], ["succeeded"]]


@pytest.mark.parametrize("world", ["prefork"], indirect=True)  # only its children can die alone
def test_work_whose_worker_died_is_late_then_stalled_and_finished_by_its_next_attempt(world, tmp_path):
    about, store, seen = "app.Thing:dies", RedisStore(world.url), []
    world.click(lambda: task(world, "reports_and_dies_once").delay(str(tmp_path / "died"), about))
    first = until(lambda: store.latest(about))
    while not seen or seen[-1] != "stalled":
        liveness = judge(store.get(first.id), time.time())
        if liveness not in seen:
            seen.append(liveness)
    assert seen == ["alive", "late", "stalled"]
    last = until(lambda: (state := store.latest(about)).outcome and state, 40)
    assert (last.id != first.id, last.outcome, last.causal_id) == (True, "succeeded", first.causal_id)
    assert first.id not in {state.id for state in store.active()}
    store.close()


def test_progress_in_a_task_reaches_the_store_to_its_last_unit(world):
    about = f"app.Thing:{world.pool}"
    world.ended(world.click(lambda: task(world, "counts").delay(about, 50)), "counts")
    store = RedisStore(world.url)
    state = until(lambda: has_ended(store.latest(about)))
    assert (state.done, state.total, state.outcome) == (50, 50, "succeeded")
    store.close()


def test_an_eager_task_runs_below_its_caller_and_leaves_the_caller_its_context(log):
    app = Celery("eager", set_as_current=False, fixups=[])
    app.conf.task_always_eager = True
    install_celery(app)
    app.task(name="where")(causal_id)
    with context.start("test:click") as action:
        inside = app.tasks["where"].delay().get()
        assert inside == causal_id() == action.task_uuid.replace("-", "")


def test_message_protocol_1_is_refused_since_it_has_no_headers():
    app = Celery("old", set_as_current=False, fixups=[])
    app.conf.task_protocol = 1
    with pytest.raises(EliotProgressError, match="task_protocol = 2"):
        install_celery(app)
