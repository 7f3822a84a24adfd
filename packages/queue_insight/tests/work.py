"""The Celery app that the workers under test run: `celery -A tests.work worker`."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import Celery

app = Celery(
    "work",
    broker=os.environ.get("WORK_BROKER_URL", "memory://"),
    backend=os.environ.get("WORK_RESULT_BACKEND"),
    set_as_current=False,
)
app.conf.update(
    worker_prefetch_multiplier=1,
    task_send_sent_event=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"socket_connect_timeout": 2},
)


@app.task(name="work.wait_for")
def wait_for(path: str) -> None:
    """Run until the file exists."""

    while not Path(path).exists():
        time.sleep(0.02)


@app.task(name="work.wait_for_late", acks_late=True)
def wait_for_late(path: str) -> None:
    wait_for(path)


@app.task(name="work.touch")
def touch(path: str) -> None:
    """Leave a file as the proof that it ran."""
    Path(path).touch()


@app.task(name="work.limited", rate_limit="1/h")
def limited() -> None:
    pass


@app.task(name="work.nothing")
def nothing() -> None:
    pass


class RefusedError(Exception):
    """An exception of the project's own."""


@app.task(name="work.fail")
def fail(reason: str) -> None:
    charge(reason)


def charge(reason: str) -> None:
    int_of(reason)


def int_of(reason: str) -> None:
    try:
        int(reason)
    except ValueError:
        raise RefusedError(f"password={reason}") from None
