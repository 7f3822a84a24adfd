"""Fills queues with tasks as Celery sends them."""

from __future__ import annotations

import redis
from celery import Celery

from queue_insight import publish_time


def fill(url: str, *, filled: int, empty: int, waiting: int) -> list[str]:
    """Put the tasks into the first queues and return the names of all queues."""
    queues = [f"queue-{number}" for number in range(filled + empty)]
    client = redis.Redis.from_url(url)
    app = Celery(broker=url, set_as_current=False)
    publish_time.install()
    app.send_task(
        "rendering.render_movie", args=(4711, "winter"), kwargs={"quality": "high"}, queue=queues[0]
    )
    publish_time.uninstall()
    message = client.lpop(queues[0])
    assert isinstance(message, bytes)
    for queue in queues[:filled]:
        client.lpush(queue, *[message] * (waiting // filled))
    return queues
