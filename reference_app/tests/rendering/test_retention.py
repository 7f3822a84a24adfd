from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from tests.factories import frame, timelapse
from tests.held_locks import held_elsewhere

import fsmlock
from fsmlock.iteration import execute
from fsmlock.models import Run
from timelapse.frames.models import Frame
from timelapse.rendering import actions
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.rendering.retention import CANCELLED_FOR, ThinFrames, enqueue_thinning
from timelapse.rendering.tasks import thin_frames
from timelapse.timelapses.actions import change_retention
from timelapse.timelapses.models import Timelapse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def garden(media, settings):
    """A timelapse with ten frames that are older than the retention keeps."""
    settings.TIMELAPSE = {"keep_all_days": 30, "keep_every": 5}
    found = timelapse()
    for number in range(10):
        stored = frame(found.camera)
        Frame.objects.filter(pk=stored.pk).update(
            sequence=number, received_at=timezone.now() - timedelta(days=31)
        )
    return found


def sequences():
    return sorted(Frame.objects.values_list("sequence", flat=True))


def test_a_run_removes_old_frames_except_every_fifth(garden):
    assert thin_frames() == 1
    run = execute(Run.objects.get())
    assert (run.state, run.done, run.total, run.unit, run.by) == ("succeeded", 8, 8, "frame", "retention")
    assert sequences() == [0, 5]
    assert thin_frames() == 0


def test_nothing_is_removed_by_default(garden, settings):
    settings.TIMELAPSE = {}
    assert thin_frames() == 0
    assert not Run.objects.exists()


def test_frames_that_somebody_decides_to_keep_during_a_run_stay(garden, monkeypatch):
    monkeypatch.setattr(ThinFrames, "batch_size", 3)
    thin_frames()
    run = execute(Run.objects.get(), on_item=lambda _held: Timelapse.objects.update(keep_all_days=0))
    assert run.state == "succeeded"
    assert sequences() == [0, *range(4, 10)], "but for the batch that was under way"


def test_a_timelapse_may_have_a_retention_of_its_own(garden, settings, user):
    settings.TIMELAPSE = {}
    user.user_permissions.add(Permission.objects.get(codename="delete_frame"))
    change_retention(garden, User.objects.get(pk=user.pk), days=30, every=2)
    assert thin_frames() == 1
    execute(Run.objects.get())
    assert sequences() == [0, 2, 4, 6, 8]


def test_frames_of_a_movie_being_rendered_are_not_taken_away(garden):
    thin_frames()
    with held_elsewhere(garden, "render", "Movie 2"):
        run = execute(Run.objects.get())
        assert run.state == "interrupted"
        assert "Movie 2" in run.reason
        assert sequences() == list(range(10))
    assert execute(run).state == "succeeded"


def test_it_steps_aside_for_a_queued_movie(garden, user):
    thin_frames()
    movie = actions.request_render(garden.pk, RenderOptions(), user)
    run = execute(Run.objects.get())
    assert (run.state, sequences()) == ("interrupted", list(range(10)))
    assert fsmlock.holds_on(garden) == ()  # the movie can be rendered
    actions.cancel_movie(movie.pk)
    assert execute(run).state == "succeeded"


def test_a_movie_requested_during_a_batch_is_rendered_after_it(garden, user, monkeypatch):
    monkeypatch.setattr(ThinFrames, "batch_size", 3)
    thin_frames()

    def request_once(_held):
        if not Movie.objects.exists():
            actions.request_render(garden.pk, RenderOptions(), user)

    run = execute(Run.objects.get(), on_item=request_once)
    assert (run.state, run.done, len(sequences())) == ("interrupted", 3, 7)


def test_a_camera_has_one_run_at_a_time_and_a_cancelled_one_is_not_repeated_at_once(garden):
    now = timezone.now()
    assert [enqueue_thinning(now=now), enqueue_thinning(now=now)] == [1, 0]
    run = Run.objects.get()
    run.cancel_at_once()
    run.save()
    assert enqueue_thinning(now=now + CANCELLED_FOR - timedelta(hours=1)) == 0
    assert enqueue_thinning(now=now + CANCELLED_FOR + timedelta(hours=1)) == 1


def test_a_camera_without_old_frames_gets_no_run(garden):
    frame(timelapse(name="New").camera)
    assert thin_frames() == 1
    assert Run.objects.get().arguments["camera"] == str(garden.camera.pk)
