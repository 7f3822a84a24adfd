"""Workers that can't go on, for real: a full disk, a disk that doesn't answer, a stopped process."""

from __future__ import annotations

import io
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from django.conf import settings as django_settings
from PIL import Image
from tests.factories import film, frame, timelapse
from tests.rendering.faults.test_recovery import database_url, is_under_way, worker
from tests.rendering.pipeline import barcodes
from tests.waiting import wait_until

import fsmlock
from timelapse.frames.queries import file_of
from timelapse.rendering import actions, queries, tasks, watching
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline.verify import inspect

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = RenderOptions(width=320, height=180)
LARGEST_FILE = 4_000_000


def picture(noise):
    """A picture that takes much room in a movie, or little."""
    random = np.random.default_rng(noise)
    shape = (720, 1280, 3)
    pixels = random.integers(0, 255, shape, np.uint8) if noise else np.zeros(shape, np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def begun_afresh(movie):
    """Remove what an earlier test left: its workers look for movies in the folder of the whole run."""
    for folder in (queries.folder_of(movie.pk), queries.segments_of(movie.timelapse_id)):
        shutil.rmtree(folder, ignore_errors=True)
    return movie


def has_left_nothing(movie):
    folder, segments = queries.folder_of(movie.pk), queries.segments_of(movie.timelapse_id)
    return not (folder.exists() and list(folder.iterdir())) and not list(segments.glob("*.part"))


def render_in_a_process(movie, largest_file):
    """Execute the task in a process whose disk is full when a file becomes so large."""
    code = f"from timelapse.rendering import tasks; tasks.render_movie({movie.pk})"
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "TIMELAPSE_HOME": str(django_settings.HOME),
            "DJANGO_SETTINGS_MODULE": "timelapse.project.testing",
        },
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_a_full_disk_fails_the_movie_with_one_reason_and_it_is_resumed_when_there_is_room(user):
    garden = timelapse()
    for number in range(60):
        frame(garden.camera, picture(max(0, number - 29)))
    movie = begun_afresh(actions.request_render(garden.pk, RenderOptions(width=1280, height=720), user))
    run = render_in_a_process(movie, LARGEST_FILE)
    assert run.returncode == 0, run.stderr
    movie.refresh_from_db()
    assert (movie.state, movie.failure_code) == (Movie.States.FAILED, "disk_full")
    assert movie.failure_remedy.startswith("Free space")
    assert has_left_nothing(movie)
    assert fsmlock.holds_on(garden) == ()
    assert watching.playlist(movie).endswith("#EXT-X-ENDLIST\n")
    assert movie.frames_done == 30, "what fitted is kept"

    actions.retry_movie(movie.pk, user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.encoded_frames) == (Movie.States.READY, 30)


@pytest.mark.slow
def test_a_disk_that_doesnt_answer_fails_the_movie_with_one_reason(media, footage, user, settings):
    settings.TIMELAPSE = {"render_stalled_seconds": 1}
    garden = film(footage("bikes")[:5])
    movie = actions.request_render(garden.pk, SMALL, user)
    silent = file_of(garden.frames()[3])
    content = silent.read_bytes()
    silent.unlink()
    os.mkfifo(silent)
    try:
        begun = time.monotonic()
        tasks.render_movie(movie.pk)
        assert time.monotonic() - begun < 10
    finally:
        silent.write_bytes(content)  # whoever waits for it goes on
    movie.refresh_from_db()
    assert (movie.state, movie.failure_code) == (Movie.States.FAILED, "stalled")
    assert "No frame was finished for 1 s" in movie.failure_message
    assert fsmlock.holds_on(garden) == ()
    wait_until(lambda: not [each for each in threading.enumerate() if each.name.startswith("lane-")])
    assert has_left_nothing(movie)

    silent.unlink()
    silent.write_bytes(content)
    actions.retry_movie(movie.pk, user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.frame_count, movie.left_out) == (Movie.States.READY, 5, [])


@pytest.mark.slow
def test_a_worker_that_was_stopped_for_a_while_leaves_the_movie_to_the_one_that_took_over(
    footage, user, tmp_path
):
    garden = film(footage("bigbuckbunny") * 2)
    movie = actions.request_render(garden.pk, RenderOptions(width=1280, height=720), user)
    with worker(tmp_path / "stopped.log") as first:
        wait_until(lambda: is_under_way(movie, 20), seconds=40)
        os.killpg(first.pid, signal.SIGSTOP)
        wait_until(lambda: not queries.is_being_rendered(movie), seconds=20)
        movie.refresh_from_db()
        if movie.segments:
            assert watching.playlist(movie).endswith("#EXT-X-ENDLIST\n")
        with worker(tmp_path / "second.log"):
            wait_until(lambda: Movie.objects.get(pk=movie.pk).state == Movie.States.READY, seconds=90)
        before = queries.video_of(movie.pk).stat()
        os.killpg(first.pid, signal.SIGCONT)
        wait_until(lambda: "render_movie" in succeeded(tmp_path / "stopped.log"), seconds=30)
    movie.refresh_from_db()
    assert (movie.state, movie.attempts, movie.frame_count) == (Movie.States.READY, 2, 264)
    assert queries.video_of(movie.pk).stat() == before
    assert inspect(queries.video_of(movie.pk)).frame_count == 264
    assert sorted(path.name for path in queries.folder_of(movie.pk).iterdir()) == barcodes.PUBLISHED


def succeeded(log):
    """The log's lines of tasks that ended without an error: one that lost its hold stops quietly."""
    return "\n".join(line for line in log.read_text().splitlines() if "succeeded in" in line)


def test_one_frame_makes_a_movie_of_one_frame(media, footage, user):
    garden = film(footage("bikes")[:1])
    movie = actions.request_render(garden.pk, SMALL, user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.frame_count, movie.left_out) == (Movie.States.READY, 1, [])
    assert inspect(queries.video_of(movie.pk)).frame_count == 1


def test_of_no_frame_no_movie_is_requested_and_the_remedy_is_said(media, user):
    with pytest.raises(fsmlock.ActionRefused) as refused:
        actions.request_render(timelapse().pk, SMALL, user)
    (reason,) = refused.value.reasons
    assert (reason.code, reason.remedy) == ("no_frames", "Start the camera, and wait for its first frame.")
    assert not Movie.objects.exists()


def test_a_movie_whose_frames_all_went_before_it_was_begun_fails_with_one_reason(media, footage, user):
    garden = film(footage("bikes")[:2])
    movie = actions.request_render(garden.pk, SMALL, user)
    for each in garden.frames():
        each.delete()
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.failure_code) == (Movie.States.FAILED, "no_usable_frames")
    assert movie.failure_message
    assert has_left_nothing(movie)
