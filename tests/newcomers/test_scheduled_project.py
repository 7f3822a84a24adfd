"""A project with Celery's beat and a result backend: what the schedule sends is followed like the rest."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack

import pytest

from tests.newcomers.newcomer import Newcomer, start_project
from tests.waiting import wait_until

SETTINGS = """
INSTALLED_APPS += ["fsmlock", "eliot_progress.django", "queue_insight"]
ELIOT_PROGRESS = {"RECORD": True}
QUEUE_INSIGHT = {"APP": "mysite.celery.app"}
CELERY_RESULT_BACKEND = os.environ["BROKER"]
CELERY_BEAT_SCHEDULE = {"nightly": {"task": "movies.tasks.nightly", "schedule": 2}}
DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
"""
CELERY = """
import eliot_progress.adapters.celery

eliot_progress.adapters.celery.install(app)
"""
MODELS = """
from django.db import models
from fsmlock import Lock, Locks


class Movie(models.Model):
    locks = Locks(Lock("render"))
"""
#: Each night sends a chord below one whole. Its tasks lock the movie in turn, return results and ignore none.
TASKS = """
from datetime import timedelta

import fsmlock
from celery import chord, shared_task
from eliot_progress.adapters.celery import parts_of
from movies.models import Movie


@shared_task
def nightly():
    movie, _ = Movie.objects.get_or_create(pk=7)
    with parts_of("Nightly", about="movies.Movie:7", by="beat"):
        chord([count.s(n) for n in range(4)], total.s()).delay()


@shared_task
def count(n):
    with fsmlock.hold(Movie.objects.get(pk=7), "render", policy=fsmlock.Wait(up_to=timedelta(seconds=30))):
        return n


@shared_task
def total(counted):
    return sum(counted)
"""
#: What a person sees of it: the bar, and the result of a chord that they send themselves.
LOOK = """
import json, time
from celery import chord
from eliot_progress.django import page_bars
from eliot_progress.django.store import DjangoStore
from movies.tasks import count, total

state = DjangoStore().latest("movies.Movie:7")
bar = page_bars.bar([state], time.time())
result = chord([count.s(n) for n in range(4)], total.s()).delay().get(timeout=60)
print(json.dumps([bar.title, bar.state, bar.sentence, state.by, result]))
"""


@pytest.fixture
def project(newcomer: Newcomer, wheels, broker):
    newcomer.environment["BROKER"] = f"{broker.rstrip('/')}/5"
    folder = wheels("fsmlock", "eliot_progress", "queue_insight")
    ours = ("fsmlock[celery]", "eliot-progress[django,celery]", "queue-insight[redis]")
    newcomer.install(*ours, "celery[redis]", wheels=folder)
    start_project(newcomer)
    newcomer.write("movies/models.py", MODELS)
    newcomer.write("movies/tasks.py", TASKS)
    newcomer.append("mysite/celery.py", CELERY)
    newcomer.append("mysite/settings.py", SETTINGS)
    newcomer.run("python", "manage.py", "makemigrations", "movies")
    newcomer.run("python", "manage.py", "migrate")
    return newcomer


def test_what_beat_sends_has_a_bar_locks_results_and_a_place_on_the_queue_page(project):
    with ExitStack() as running:
        for command in (
            "celery -A mysite worker -E --concurrency 2",
            "celery -A mysite beat",
            "python manage.py queue_insight collect",
        ):
            running.enter_context(project.started(*command.split()))

        def seen():
            look = json.loads(project.shell(then=LOOK).splitlines()[-1])
            return look if look[1] == "succeeded" else None

        wait_until(lambda: len(outcomes(project)) >= 6, "a night")
        look = wait_until(seen, "a night that has ended")
        assert look == ["Nightly", "succeeded", "5 of 5 parts done", "beat", 6]
        assert set(outcomes(project)) == {"succeeded"}
    assert not re.search("Traceback|ERROR", project.output())


def outcomes(project):
    """How the tasks ended that the queue page calls finished."""
    overview = json.loads(project.run("python", "manage.py", "queue_insight", "show", "--json"))
    return [task["outcome"] for task in overview["finished"]]
