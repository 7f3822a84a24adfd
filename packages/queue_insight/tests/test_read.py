from __future__ import annotations

import pytest
from celery import Celery
from tests.conftest import free_port

from queue_insight import snapshot
from queue_insight.read import celery_app, queue_names
from queue_insight.stores.memory import MemoryStore
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.stores import FULL

project_app = Celery("project", broker="memory://", set_as_current=False)


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
    assert (now.queues, now.workers, now.unacked) == ((), (), None)
    assert codes(now) == ["queues_unknown", "workers_unknown"]


def test_with_an_unsupported_broker_workers_are_still_shown():
    store = MemoryStore()
    store.save(FULL, retention_s=60)
    now = snapshot(project_app, store=store)
    assert codes(now) == [
        "queues_unknown",
        "events_lost",
        "clock_skew",
        "malformed_events",
        "tasks_evicted",
    ]
    assert now.find("t1") is not None


def test_queues_are_gathered_from_all_who_name_them(app, settings):
    settings.QUEUE_INSIGHT = {"QUEUES": ("extra",)}
    app.conf.task_routes = {"a": {"queue": "routed"}, "b": {"routing_key": "x"}, "c": "text"}
    store = MemoryStore()
    store.save(FULL, retention_s=60)
    assert queue_names(app, store.load()) == ("celery", "routed", "extra", "slow")


@pytest.mark.parametrize("path", ["tests.test_read.project_app"])
def test_the_app_of_the_settings_is_used(settings, path):
    settings.QUEUE_INSIGHT = {"APP": path}
    assert celery_app().main == "project"


def test_without_a_setting_it_is_the_current_app():
    mine = Celery("mine", set_as_current=True)
    assert celery_app() is mine
