"""eliot-progress: the README's set-up with Celery, a log file and its importer, in a stock project."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest

from tests.newcomers.newcomer import Newcomer, blocks, commands, kill, section, start_project
from tests.waiting import wait_until

SECTION = section("eliot_progress", "In a Django project with Celery")
BLOCKS = blocks(SECTION)
WORKER = ("celery", "-A", "mysite", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle")
LOOKS = 40
SEND = "import mysite; from movies.tasks import render; render.delay(7)"
LOOK = f"""
import time
import django
django.setup()
from eliot_progress import judge
from eliot_progress.django.store import DjangoStore
store, seen = DjangoStore(), []
while len(seen) < {LOOKS}:
    state = store.latest("movies.Movie:7")
    if state is not None:
        seen.append(str(judge(state, time.time())))
    time.sleep(0.1)
print(*seen)
"""
#: Work that moves all the time, for half a minute.
SLOW_FILM = """
import time

def encode(frame):
    time.sleep(0.1)
"""


@pytest.fixture
def project(newcomer, wheels, broker):
    newcomer.environment |= {"BROKER": broker, "DJANGO_SETTINGS_MODULE": "mysite.settings"}
    extras = re.search(r"pip install [\"'](eliot-progress\[[^\]]+\])", SECTION)
    newcomer.install(extras[1], "celery[redis]", wheels=wheels("eliot_progress"))
    start_project(newcomer)
    for block in BLOCKS:
        if block.file:
            newcomer.follow(block)
    return newcomer


def test_healthy_work_is_never_late_and_a_killed_worker_is_stalled_soon(project: Newcomer):
    project.write("movies/film.py", SLOW_FILM)
    migrate, ingest, _ = [
        line for block in BLOCKS if block.language == "console" for line in commands(block)
    ][1:]
    project.type(migrate)
    with ExitStack() as running:
        running.enter_context(project.started(*ingest.split()))
        worker = running.enter_context(project.started(*WORKER))
        project.run("python", "-c", SEND)
        assert set(project.run("python", "-c", LOOK).split()) == {"alive"}
        kill(worker)
        last = LOOK.replace(str(LOOKS), "1")
        wait_until(lambda: project.run("python", "-c", last).split() == ["stalled"], "the end of the promise")
    tree = project.run("eliot-progress", "tree", "log.jsonl")
    assert re.search(r"^celery:publish succeeded", tree, re.MULTILINE)
    assert re.search(r"^ +render:movie started", tree, re.MULTILINE)
