from __future__ import annotations

import pytest
from celery import Celery
from tests import values
from tests.conftest import free_port

from queue_insight import TaskState, diagnose, snapshot
from queue_insight.collector_state import CollectorState, ObservedTask, ObservedWorker, Part, TaskCounts
from queue_insight.read import celery_app, queue_names, saved_at, task_ids, worker_tasks
from queue_insight.stored_state import load
from queue_insight.stores.memory import MemoryStore
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.states import FULL, save

project_app = Celery("project", broker="sqs://", set_as_current=False)


def codes(snapshot):
    return [note.code for note in snapshot.notes]


def test_depths_are_known_without_a_collector(app):
    app.send_task("work.do")
    app.send_task("work.do", queue="slow", priority=9)
    app.conf.task_routes = {"work.slow": {"queue": "slow"}}
    now = snapshot(app)
    assert {queue.name: queue.depth for queue in now.queues} == {"celery": 1, "slow": 1}
    assert [task.queue for task in now.queued] == ["celery", "slow"]
    assert codes(now) == ["no_collector"]


def test_the_clock_passed_in_is_used(app, with_publish_time):
    app.send_task("work.do")
    now = snapshot(app, store=MemoryStore(), clock=lambda: 4_000_000_000.0)
    assert now.queues[0].oldest_wait_s > 1_000_000_000


def test_nothing_is_raised_when_everything_is_down(app, monkeypatch):
    slept = []
    monkeypatch.setattr("kombu.utils.functional.sleep", slept.append)
    monkeypatch.setattr("redis.retry.sleep", slept.append)
    url = f"redis://127.0.0.1:{free_port()}/0"
    app.conf.broker_url = url
    now = snapshot(app, store=RedisStore(url))
    assert sum(slept) < 1, "a page waits for this"
    assert ([each.depth for each in now.queues], now.workers, now.unacked) == ([None], (), None)
    assert codes(now) == ["queues_unknown", "workers_unknown"]


def test_with_an_unsupported_broker_workers_are_still_shown():
    store = MemoryStore()
    save(store, FULL)
    now = snapshot(project_app, store=store)
    assert codes(now) == [
        "queues_unknown",
        "events_lost",
        "clock_skew",
        "collector_reconnected",
        "malformed_events",
        "events_dropped",
        "tasks_evicted",
        "sent_left_out",
    ]
    assert now.find("t1") is not None


def test_an_overview_reads_no_tasks_but_counts_them(app):
    store = MemoryStore()
    worker = ObservedWorker(
        name="one@test", last_seen_at=1000.0, task_counts={"celery": TaskCounts(reserved=2, running=1)}
    )
    tasks = tuple(ObservedTask(id=f"t{n}", queue="celery", worker="one@test") for n in range(3))
    save(store, CollectorState(collected_at=1000.0, next_by=1001.0, workers=(worker,), tasks=tasks))
    now = snapshot(app, store=store, tasks=())
    assert (now.queue("celery").reserved, now.queue("celery").running) == (2, 1)
    assert list(now.tasks()) == []
    assert len(list(snapshot(app, store=store).tasks())) == 3
    assert [task.id for task in snapshot(app, store=store, tasks=["t1", "t9"]).tasks()] == ["t1"]


def test_an_overview_reads_the_tasks_that_it_names_and_no_others(app):
    store = MemoryStore()
    worker = ObservedWorker(
        name="one@test",
        last_seen_at=1000.0,
        queues=("celery",),
        task_counts={"celery": TaskCounts(running=3)},
    )
    tasks = tuple(
        ObservedTask(id=f"t{n}", queue="celery", worker="one@test", started_at=990.0 + n) for n in range(3)
    )
    state = CollectorState(
        collected_at=1000.0,
        next_by=1001.0,
        connected_since=1.0,
        workers=(worker,),
        tasks=(*tasks, ObservedTask(id="t9", ended_at=999.0, proven=True)),
        longest=("t0",),
        ended=("t9",),
        ended_tasks=1,
    )
    save(store, state)
    app.send_task("work.do")
    now = snapshot(app, store=store, tasks=(), overview=True)
    assert {task.id for task in now.running} == {"t0", "t9"}
    assert now.running_by_worker() == {"one@test": 3}
    assert diagnose(now.queued[0].id, now)[0].message.endswith("busy with 3 tasks.")


def test_the_tasks_of_workers_are_read_without_those_that_went_on_since():
    store = MemoryStore()
    state = CollectorState(
        collected_at=1000.0,
        next_by=1001.0,
        tasks=(
            ObservedTask(id="t1", name="work.do", worker="one@test", started_at=990.0),
            ObservedTask(id="t2", worker="one@test", started_at=980.0, ended_at=999.0, proven=True),
            ObservedTask(id="t3", worker="one@test", started_at=991.0),
        ),
    )
    save(store, state)
    store._records[Part.TASKS].pop("t3")
    found = worker_tasks([values.worker(), values.worker(name="idle@test")], store=store)
    assert found.keys() == {"one@test"}
    assert [(task.id, task.state, task.unacked) for task in found["one@test"].longest] == [
        ("t2", TaskState.LOST, None),
        ("t1", TaskState.RUNNING, None),
    ]
    assert found["one@test"].ended == 1


class Growing(MemoryStore):
    """Another worker appears with its task after the workers have been read."""

    def task_ids(self, **options):
        worker = ObservedWorker(name="new@test", last_seen_at=1000.0)
        task = ObservedTask(id="t1", worker="new@test", started_at=1000.0)
        save(self, CollectorState(collected_at=1000.0, next_by=1001.0, workers=(worker,), tasks=(task,)))
        return super().task_ids(**options)


def test_each_task_comes_with_its_worker_even_if_that_has_just_appeared(app):
    store = Growing()
    save(store, CollectorState(collected_at=1000.0, next_by=1001.0))
    now = snapshot(app, store=store)
    assert now.worker(now.find("t1").worker) is not None


def test_an_overview_reads_the_next_task_of_each_queue(app):
    first, _ = (app.send_task("work.do") for _ in range(2))
    now = snapshot(app, store=MemoryStore(), tasks=(), peek=1)
    assert (now.queue("celery").depth, [task.id for task in now.queued]) == (2, [first.id])


def test_a_task_that_was_not_looked_for_is_not_called_absent(app):
    store = MemoryStore()
    save(store, CollectorState(collected_at=1000.0, next_by=1001.0, connected_since=1.0))
    asked = snapshot(app, store=store, tasks=["t1"])
    assert [diagnose(each, asked)[0].code for each in ("t1", "t2")] == ["not_found", "not_known"]


def test_the_ids_of_tasks_are_read_in_pages(app):
    store = MemoryStore()
    save(store, FULL)
    assert task_ids(app=app, store=store) == ["t1", "t2"]
    assert task_ids(after="t1", app=app, store=store) == ["t2"]
    nowhere = RedisStore(f"redis://127.0.0.1:{free_port()}/0")
    assert task_ids(app=app, store=nowhere) == ()


def test_queues_are_gathered_from_all_who_name_them(app, settings):
    settings.QUEUE_INSIGHT = {"QUEUES": ("extra",)}
    app.conf.task_routes = {"a": {"queue": "routed"}, "b": {"routing_key": "x"}, "c": "text"}
    store = MemoryStore()
    save(store, FULL)
    assert queue_names(app, load(store)) == ("celery", "routed", "extra", "slow")


@pytest.mark.parametrize("path", ["tests.test_read.project_app"])
def test_the_app_of_the_settings_is_used(settings, path):
    settings.QUEUE_INSIGHT = {"APP": path}
    assert celery_app().main == "project"


def test_without_a_setting_it_is_the_current_app():
    mine = Celery("mine", set_as_current=True)
    assert celery_app() is mine


def test_without_a_store_for_rabbitmq_it_says_which_setting_to_set(settings):
    # Without this app's tables the database stores nothing.
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name != "queue_insight"]
    app = Celery(broker=f"amqp://guest@127.0.0.1:{free_port()}//", set_as_current=False)
    _, note = snapshot(app).notes
    assert (note.code, note.params["transport"]) == ("no_store", "amqp")
    assert "redis://localhost:6379/1" in note.remedy
    assert "database://default" in note.remedy
    assert "QUEUE_INSIGHT['STORE']" in note.remedy
    settings.QUEUE_INSIGHT = {"STORE": "memory://"}  # filled by a thread of this process
    assert codes(snapshot(app)) == ["queues_unknown", "no_collector"]


def test_when_the_collector_saved_last_is_known_unless_nothing_can_be_read(app, store):
    assert saved_at(app, store=store) is None
    save(store, FULL)
    assert saved_at(app, store=store) == FULL.collected_at
    assert saved_at(app, store=RedisStore(f"redis://127.0.0.1:{free_port()}/0")) is None
