"""The Celery app of the workers under test: `celery -A tests.faults.queues.work worker`."""

from __future__ import annotations

import os
import time

import redis
from celery import Celery

from queue_insight import publish_time

app = Celery("work", broker=os.environ.get("WORK_BROKER_URL", "memory://"), set_as_current=False)
app.conf.update(
    worker_prefetch_multiplier=1,
    task_send_sent_event=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"socket_connect_timeout": 2, "visibility_timeout": 3600},
    result_backend=os.environ.get("WORK_RESULTS_URL"),
    event_exchange=os.environ.get("WORK_EVENTS", "celeryev"),
    task_default_queue_type=os.environ.get("WORK_QUEUE_TYPE", "classic"),
)
publish_time.install()
#: Where tasks note when they started, so that the test knows what happened.
notes = redis.Redis.from_url(os.environ.get("WORK_NOTES_URL", "redis://127.0.0.1:1"))


def _note(task_id: str) -> None:
    notes.zadd("started", {task_id: time.time()})


@app.task(name="work.short", bind=True)
def short(self, seconds: float) -> None:
    _note(self.request.id)
    time.sleep(seconds)


@app.task(name="work.middling", bind=True)
def middling(self, seconds: float) -> None:
    _note(self.request.id)
    time.sleep(seconds)


@app.task(name="work.long", bind=True)
def long(self, seconds: float) -> None:
    _note(self.request.id)
    time.sleep(seconds)


@app.task(name="work.late", bind=True, acks_late=True)
def late(self, seconds: float) -> None:
    _note(self.request.id)
    time.sleep(seconds)


@app.task(name="work.limited", rate_limit="1/h")
def limited() -> None:
    pass


@app.task(name="work.retried", bind=True, max_retries=3)
def retried(self, countdown: float) -> None:
    _note(self.request.id)
    raise self.retry(countdown=countdown)


@app.task(name="work.add")
def add(one: int, other: int) -> int:
    return one + other


@app.task(name="work.total")
def total(numbers: list[int]) -> int:
    return sum(numbers)


@app.task(name="work.ignore")
def ignore(*_args: object, **_kwargs: object) -> None:
    pass


@app.task(name="work.counted", bind=True)
def counted(self) -> None:
    """Note its start and its end, and stay between them while the gate is closed."""
    _note(self.request.id)
    while notes.exists("closed"):
        time.sleep(0.02)
    notes.sadd("ended", self.request.id)
