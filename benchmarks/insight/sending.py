"""What the publisher's hook adds to a publish."""

from __future__ import annotations

import time
from uuid import UUID

from celery import Celery
from celery.signals import after_task_publish, before_task_publish

from queue_insight import install, sending

NAME = "rendering.render_movie"


def added_us(url: str, *, publishes: int) -> float:
    """Return the microseconds of processor time that a publish costs the sending thread with the hook."""
    app = Celery(broker=url, set_as_current=False)
    without = _publish_us(publishes)
    install(app)
    try:
        return _publish_us(publishes) - without
    finally:
        sending.uninstall()


def _publish_us(publishes: int) -> float:
    # The signals alone: what the network costs varies more than what is measured.
    begun = time.thread_time()
    for number in range(publishes):
        task_id = str(UUID(int=number))
        headers: dict[str, object] = {"id": task_id, "root_id": task_id, "task": NAME, "eta": None}
        before_task_publish.send(sender=NAME, body=None, exchange="", routing_key="movies", headers=headers)
        after_task_publish.send(sender=NAME, body=None, exchange="", routing_key="movies", headers=headers)
    return (time.thread_time() - begun) / publishes * 1e6
