"""A Celery app for a worker process of its own."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import django
from celery import Celery
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
if not apps.ready:
    django.setup()

from django.db import connections

import fsmlock
from fsmlock.adapters.celery import RetryLaterTask
from tests.shop.models import find_film

app = Celery("faults", broker=os.environ.get("FAULTS_BROKER", "memory://"))
app.conf.update(
    broker_connection_retry_on_startup=True,
    result_backend=os.environ.get("FAULTS_BROKER", "cache+memory://"),
    task_default_queue="faults",
    worker_prefetch_multiplier=1,
)
if "FAULTS_DATABASE" in os.environ:
    connections["default"].settings_dict["NAME"] = os.environ["FAULTS_DATABASE"]

RETRY = fsmlock.RetryLater(backoff=timedelta(milliseconds=200), give_up_after=timedelta(minutes=2))
GIVE_UP = fsmlock.RetryLater(backoff=timedelta(milliseconds=50), give_up_after=timedelta(milliseconds=60))


@app.task(base=RetryLaterTask, bind=True, max_retries=0)
@fsmlock.hold(lambda task, pk, folder: find_film(pk), "render", policy=RETRY, why="the decorated task")
def render(task, pk, folder):
    Path(folder, "rendered").write_text(f"{task.request.retries} {task.request.headers}")
    return "rendered"


@app.task(base=RetryLaterTask, bind=True, max_retries=0)
@fsmlock.hold(lambda task, pk: find_film(pk), "render", policy=GIVE_UP)
def give_up(task, pk):
    return "never"


@app.task
def another():
    return "another"
