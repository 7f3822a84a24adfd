from __future__ import annotations

import pytest
from django.core.cache import cache

from timelapse.project.celery import app

pytestmark = pytest.mark.usefixtures("no_task_asked_for")


@pytest.fixture
def no_task_asked_for():
    cache.delete("ingest.make_thumbnails")
    yield
    cache.delete("ingest.make_thumbnails")


def waiting():
    with app.connection_for_read() as connection:
        queue = connection.default_channel.client
        return queue.llen(app.conf.task_default_queue)


def test_frames_that_arrive_together_ask_for_their_small_copies_once(agent, picture):
    before = waiting()
    for seed in range(5):
        agent.send(agent.shoot(picture(seed)))
    assert waiting() == before + 1
