"""A worker killed amid a movie, for real: real processes, a real broker, the database of the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.db import connection
from tests.factories import film, lengthen
from tests.rendering.pipeline import barcodes
from tests.waiting import wait_until

import fsmlock
from eliot_progress import Liveness, judge
from timelapse.frames.models import Frame
from timelapse.frames.queries import thumbnail_of
from timelapse.rendering import actions, queries
from timelapse.rendering.domain import MEASURING, RenderOptions
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline.verify import inspect
from timelapse.rendering.style import Style
from timelapse.shared.progress import about, store

pytestmark = pytest.mark.django_db(transaction=True)


def database_url():
    """The address of this run's test database."""
    info = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{info['NAME']}"
    host = info["HOST"].replace("/", "%2F")
    return f"postgres://{info['USER']}:{info['PASSWORD']}@{host}:{info['PORT']}/{info['NAME']}"


@contextmanager
def worker(log, concurrency=1):
    """A Celery worker with its beat, in a process group of its own."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "TIMELAPSE_HOME": str(django_settings.HOME),
        "DJANGO_SETTINGS_MODULE": "timelapse.project.testing",
        "CELERY_SKIP_CHECKS": "1",  # as the stack's workers
    }
    schedule = log.with_suffix(".schedule")
    command = ["celery", "-A", "timelapse.project.celery", "worker", "-B", "-s", str(schedule)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--concurrency", str(concurrency), "--loglevel", "info"],
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def is_under_way(movie, frames):
    state = store().latest(about(movie))
    return state is not None and state.done >= frames and state.outcome is None


def test_a_movie_whose_worker_is_killed_shows_as_stalled_and_is_finished_by_the_next_one(
    footage, user, tmp_path
):
    garden = film(footage("bigbuckbunny") * 2)
    movie = actions.request_render(garden.pk, RenderOptions(fps=30, width=1280, height=720), user)
    with worker(tmp_path / "first.log") as first:
        wait_until(lambda: is_under_way(movie, 20), seconds=40)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(10)

    movie.refresh_from_db()
    assert movie.state == Movie.States.RENDERING
    killed_at = store().latest(about(movie)).done
    assert 0 < killed_at < 264
    wait_until(lambda: judge(store().latest(about(movie)), time.time()) is Liveness.STALLED, seconds=15)
    assert not queries.video_of(movie.pk).exists()

    with worker(tmp_path / "second.log"):
        wait_until(lambda: Movie.objects.get(pk=movie.pk).state == Movie.States.READY, seconds=90)
        wait_until(lambda: fsmlock.holds_on(garden) == (), seconds=10)

    movie.refresh_from_db()
    assert movie.attempts == 2
    assert inspect(queries.video_of(movie.pk)).frame_count == movie.frame_count == 264
    assert sorted(path.name for path in queries.folder_of(movie.pk).iterdir()) == barcodes.PUBLISHED
    assert store().latest(about(movie)).causal_id == movie.causal_id, "also when it was sent again by another"


def test_what_a_killed_worker_has_measured_is_kept_for_the_next_one(footage, user, tmp_path):
    garden = film(footage("bikes")[:30])
    lengthen(garden, 970)
    steadied = RenderOptions(fps=30, width=320, height=136, style=Style(steady=True))
    movie = actions.request_render(garden.pk, steadied, user)
    with worker(tmp_path / "first.log") as first:
        wait_until(lambda: is_under_way(movie, 300), seconds=40)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(10)
    assert store().latest(about(movie)).action_type == MEASURING
    measured, found = Frame.objects.exclude(shift_after=None), Frame.objects.exclude(shift_x=None)
    kept = measured.count()
    assert 200 <= kept < 999

    for frame in garden.frames()[:30]:
        thumbnail_of(frame).unlink()  # what is measured again is now not found
    with worker(tmp_path / "second.log"):
        wait_until(lambda: measured.count() == 999, seconds=90)
    assert found.count() == kept


def test_a_movie_whose_process_is_killed_is_finished_by_the_worker_that_lives_on(footage, user, tmp_path):
    movie = actions.request_render(
        film(footage("bigbuckbunny")).pk, RenderOptions(width=1280, height=720), user
    )
    with worker(tmp_path / "worker.log"):
        wait_until(lambda: is_under_way(movie, 5), seconds=40)
        os.kill(store().latest(about(movie)).pid, signal.SIGKILL)
        wait_until(lambda: Movie.objects.get(pk=movie.pk).state == Movie.States.READY, seconds=90)
    movie.refresh_from_db()
    assert movie.attempts == 2
    assert inspect(queries.video_of(movie.pk)).frame_count == 132


def test_two_movies_of_one_timelapse_take_turns_though_two_processes_are_free(footage, user, tmp_path):
    garden, log = film(footage("bigbuckbunny")), tmp_path / "worker.log"
    options = RenderOptions(width=1280, height=720)
    movies = [actions.request_render(garden.pk, options, user) for _ in range(2)]
    with worker(log, concurrency=2):
        wait_until(lambda: any(is_under_way(movie, 5) for movie in movies), seconds=40)
        assert len(fsmlock.holds_on(garden)) == 1
        wait_until(lambda: fsmlock.waiters_on(garden), seconds=20)
        ready = Movie.objects.filter(timelapse=garden, state=Movie.States.READY)
        wait_until(lambda: ready.count() == 2, seconds=90)
    assert [movie.attempts for movie in ready] == [1, 1]
    assert "] retry: render on" in log.read_text(), "the task that came second gave its process back"
