"""An odd project: own user model, UUID keys, two databases, async code, with and without time zones."""

from __future__ import annotations

import pytest

from tests.newcomers.newcomer import Newcomer

SETTINGS = """
import os

INSTALLED_APPS += ["people", "films", "fsmlock", "eliot_progress.django", "queue_insight"]
AUTH_USER_MODEL = "people.Person"
USE_TZ = os.environ["USE_TZ"] == "True"
DATABASES = {
    name: {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / f"{name}-{USE_TZ}.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
    for name in ("default", "archive")
}
ALLOWED_HOSTS = ["testserver"]
ELIOT_PROGRESS = {"RECORD": True}
CELERY_BROKER_URL = "memory://"
"""
PEOPLE = """
import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
"""
FILMS = """
import uuid

from django.db import models
from fsmlock import Lifecycle, Lock, Locks, transition


class Film(Lifecycle, models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    views = models.IntegerField(default=0)
    locks = Locks(Lock("render"))
    keeps_history = True

    class States(Lifecycle.States):
        PUBLISHED = "published"

    @transition(source="ready", target=States.PUBLISHED, needs="render", label="Publish")
    def publish(self):
        "An editor approved it."
"""
ITERATION = """
from fsmlock.iteration import Iteration
from films.models import Film


class CountViews(Iteration):
    def items(self):
        return Film.objects.using("archive").order_by("pk")

    def each(self, film):
        Film.objects.using("archive").filter(pk=film.pk).update(views=film.views + 1)
"""
#: What somebody does in the project's shell with each database, and what they see in the admin.
USE = """
import asyncio
import contextvars

import fsmlock
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from eliot_progress import install, judge, progress
from eliot_progress.destinations import flush_all
from eliot_progress.django.store import DjangoStore
from films.models import Film
from films.iterations import CountViews
from fsmlock.iteration import execute
from fsmlock.testing import interrupt_after

editor = get_user_model().objects.create_superuser("editor", password="hidden")
elsewhere = contextvars.Context().run
for database in ("default", "archive"):
    films = [Film.objects.using(database).create() for _ in range(3)]
    film = films[0]
    with fsmlock.hold(film, "render", why="Movie 7"):
        try:
            elsewhere(fsmlock.hold(film, "render").acquire)
        except fsmlock.HoldRefused as refused:
            assert "(Movie 7) since " in str(refused)
        else:
            raise SystemExit("A second holder was not refused.")
        (reason,) = elsewhere(fsmlock.explain, film, to="publish", user=editor)
        assert reason.code == "held"
    fsmlock.apply_transition(film, "publish", by=str(editor.pk))
    assert Film.objects.using(database).get(pk=film.pk).state == "published"
    (record,) = fsmlock.history(film)
    assert record.by == str(editor.pk)


async def hold():
    async with fsmlock.hold(film, "render"):
        await Film.objects.using("archive").acount()


asyncio.run(hold())
run = CountViews.enqueue(by="editor")
execute(run, on_item=interrupt_after(1))
assert run.state == "interrupted"
execute(run)
assert list(Film.objects.using("archive").values_list("views", flat=True)) == [1, 1, 1]

install(store=DjangoStore(), log_path="log.jsonl")
with progress("Rendering", total=3, about=f"films.Film:{film.pk}") as p:
    p.advance(3)
flush_all()
assert DjangoStore().latest(f"films.Film:{film.pk}").outcome == "succeeded"
call_command("eliot_progress", "ingest", "log.jsonl")

client = Client()
client.force_login(editor)
tables = ("fsmlock/run", f"fsmlock/run/{run.pk}/change", "eliot_progress/taskrecord", "queue_insight/queue")
for address in ("", *(f"{each}/" for each in tables)):
    assert client.get(f"/admin/{address}").status_code == 200, address
print("All of it works.")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory, wheels):
    newcomer = Newcomer(tmp_path_factory.mktemp("odd"), {"USE_TZ": "True"})
    folder = wheels("fsmlock", "eliot_progress", "queue_insight")
    newcomer.install("fsmlock", "eliot-progress[django]", "queue-insight", wheels=folder)
    newcomer.run("django-admin", "startproject", "mysite", ".")
    newcomer.append("mysite/settings.py", SETTINGS)
    for app, models in {"people": PEOPLE, "films": FILMS}.items():
        newcomer.write(f"{app}/__init__.py", "")
        newcomer.write(f"{app}/models.py", models)
        newcomer.write(f"{app}/migrations/__init__.py", "")
    newcomer.write("films/iterations.py", ITERATION)
    newcomer.run("python", "manage.py", "makemigrations", "people", "films")
    return newcomer


@pytest.mark.parametrize("use_tz", ["True", "False"])
def test_locks_states_long_work_progress_and_queues_work_with_and_without_time_zones(project, use_tz):
    project.environment["USE_TZ"] = use_tz
    for database in ("default", "archive"):
        project.run("python", "manage.py", "migrate", "--database", database)
    assert "All of it works." in project.run("python", "manage.py", "shell", typed=USE)
    project.run("python", "manage.py", "check", "--fail-level", "WARNING")
