from __future__ import annotations

import pytest
from tests.conftest import free_port

from queue_insight import snapshot
from queue_insight.page import waiting
from queue_insight.stores.memory import MemoryStore


@pytest.fixture
def filled(app):
    """A queue of 250 tasks, each third of another name."""
    for number in range(250):
        app.send_task("work.rare" if number % 3 == 0 else "work.do", task_id=f"t{number}")
    return app


@pytest.mark.parametrize(
    ("number", "first", "size"), [(1, 0, 100), (2, 100, 100), (3, 200, 50), (4, None, 0)]
)
def test_pages_behind_the_snapshot_come_from_the_broker(filled, number, first, size):
    now = snapshot(filled, store=MemoryStore())
    tasks = waiting.page(filled, now, now.queue("celery"), number)
    assert len(tasks) == size
    if tasks:
        assert (tasks[0].id, tasks[0].position) == (f"t{first}", first)


def test_all_of_a_name_are_found_however_deep_they_stand(filled):
    assert waiting.named(filled, "celery", "work.rare") == tuple(f"t{number}" for number in range(0, 250, 3))
    assert waiting.named(filled, "celery", "work.none") == ()


def test_with_the_broker_down_nothing_is_found(app):
    app.conf.broker_url = f"redis://127.0.0.1:{free_port()}/0"
    assert waiting.named(app, "celery", "work.rare") == ()
