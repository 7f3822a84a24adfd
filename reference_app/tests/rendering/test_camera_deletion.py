from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from tests.factories import frame, timelapse
from tests.held_locks import held_elsewhere, rendering

import fsmlock
from timelapse.cameras import actions as camera_actions
from timelapse.cameras.events import camera_deletion
from timelapse.cameras.models import Camera, Pairing
from timelapse.cameras.queries import camera_by_id, camera_by_token
from timelapse.frames.models import Frame
from timelapse.rendering import actions, queries
from timelapse.rendering.camera_deletion import (
    Loss,
    delete_camera,
    finish_camera_deletions,
    loss,
)
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.rendering.tasks import finish_deletions
from timelapse.timelapses.actions import create_timelapse
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.queries import timelapse_by_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(user):
    user.user_permissions.add(Permission.objects.get(codename="delete_camera"))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def enrolment():
    return camera_actions.enrol("Roof")


@pytest.fixture
def roof(media, enrolment):
    for content in (b"one", b"three"):
        frame(enrolment.camera, content)
    return enrolment.camera


@pytest.fixture
def garden(roof):
    return timelapse(roof)


@pytest.fixture
def movie(garden, user):
    return actions.request_render(garden.pk, RenderOptions(), user)


def files(media):
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_camera_is_deleted_with_its_timelapses_movies_frames_and_files(roof, movie, operator, media):
    neighbour = frame(timelapse().camera, b"of another camera")
    queries.folder_of(movie.pk).mkdir(parents=True)
    queries.video_of(movie.pk).write_bytes(b"a movie")
    for kind in ("incoming", "quarantine"):
        (media / kind / str(roof.pk)).mkdir(parents=True)
        (media / kind / str(roof.pk) / "capture").write_bytes(b"begun")
    delete_camera(roof.pk, operator)
    assert finish_deletions() == 2  # the timelapse, then its camera
    assert not Camera.objects.filter(pk=roof.pk).exists()
    assert not Movie.objects.exists()
    assert [row.pk for row in Frame.objects.all()] == [neighbour.pk]
    assert {path.name for path in files(media)} == {
        neighbour.file.rsplit("/", 1)[-1],
        neighbour.thumbnail.rsplit("/", 1)[-1],
    }
    assert fsmlock.all_holds() == ()


def test_a_camera_being_deleted_is_hidden_with_its_timelapses_at_once(
    roof, garden, operator, enrolment, channel
):
    delete_camera(roof.pk, operator)
    assert (camera_by_id(roof.pk), timelapse_by_id(garden.pk)) == (None, None)
    assert camera_by_token(enrolment.token) is None
    assert {group for group, event in channel() if event.get("what") == "deleted"} == {
        f"camera.{roof.pk}",
        f"timelapse.{garden.pk}",
    }


def test_what_is_lost_is_counted_before(roof, movie):
    assert loss(roof) == Loss(timelapses=1, movies=1, frames=2, bytes=8)


def test_without_the_permission_no_camera_is_deleted(roof, user):
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        delete_camera(roof.pk, user)
    assert [reason.code for reason in refused.value.reasons] == ["permission"]
    assert camera_by_id(roof.pk) == roof


def test_a_camera_that_isnt_there_is_refused(operator):
    with pytest.raises(fsmlock.Refused) as refused:
        delete_camera(uuid4(), operator)
    assert [reason.code for reason in refused.value.reasons] == ["no_camera"]


def test_a_movie_being_rendered_is_in_the_way(roof, garden, movie, operator):
    with held_elsewhere(garden, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        with pytest.raises(fsmlock.TransitionRefused) as refused:
            delete_camera(roof.pk, operator)
    assert [reason.code for reason in refused.value.reasons] == ["held"]
    assert str(movie) in refused.value.reasons[0].message


def test_the_worker_is_stopped_when_the_plan_is_carried_out(roof, movie, operator):
    with rendering(movie):
        delete_camera(roof.pk, operator, stop_movies=True)
    finish_deletions()
    assert not Camera.objects.exists()


def test_an_import_is_not_stopped_for_it(roof, operator):
    with held_elsewhere(roof, "import", "ImportCaptures 1") as importing:
        with pytest.raises(fsmlock.TransitionRefused) as refused:
            delete_camera(roof.pk, operator, stop_movies=True)
        importing.renew()
        importing.check()
    assert "ImportCaptures 1" in refused.value.reasons[0].message


def test_while_a_camera_is_being_deleted_its_timelapses_and_movies_are_locked(roof, garden, movie, operator):
    actions.cancel_movie(movie.pk, operator)
    movie.refresh_from_db()
    with held_elsewhere(roof, "delete", "Deleting Roof"):
        offers = fsmlock.available(movie, operator)
        with fsmlock.hold(garden, "render", policy=fsmlock.Skip()) as held:
            assert not held
        with pytest.raises(fsmlock.ActionRefused) as refused:
            actions.request_render(garden.pk, RenderOptions(), operator)
    assert {offer.name: [reason.code for reason in offer.reasons] for offer in offers} == {
        "retry": ["held"],
        "start_over": ["nothing_finished", "held"],
        "rename": ["held"],
        "trash": ["held"],
    }
    assert "Deleting Roof" in refused.value.reasons[0].message


def test_a_deletion_that_fails_half_way_is_completed_later(roof, garden, operator, media):
    def failing(**_):
        raise OSError("the disk is gone")

    delete_camera(roof.pk, operator)
    camera_deletion.connect(failing)
    with pytest.raises(OSError, match="disk"):
        finish_deletions()
    camera_deletion.disconnect(failing)
    assert Camera.objects.filter(pk=roof.pk).exists()
    assert finish_deletions() == 1
    assert not Camera.objects.exists()
    assert files(media) == []


def test_a_camera_waits_for_its_timelapses_and_for_the_holder_of_its_lock(roof, garden, operator):
    delete_camera(roof.pk, operator)
    assert finish_camera_deletions() == 0  # the timelapse is still being deleted
    with held_elsewhere(roof, "delete", "another process"):
        assert finish_camera_deletions() == 0
    assert finish_deletions() == 2


def test_a_timelapse_created_during_the_deletion_goes_with_the_camera(roof, operator):
    delete_camera(roof.pk, operator)
    with pytest.raises(fsmlock.Refused, match="no such camera"):
        create_timelapse(camera=roof.pk, name="Too late")
    Timelapse.objects.create(camera=roof, name="In another transaction")
    assert finish_deletions() == 0
    assert finish_deletions() == 2
    assert not Camera.objects.exists()


def test_the_agent_of_a_deleted_camera_is_paired_as_a_new_one(roof, enrolment, operator):
    offer = camera_actions.request_pairing(name="Roof", driver="simulated", token=enrolment.token)
    assert Pairing.objects.get().existing_camera == roof
    delete_camera(roof.pk, operator)
    assert camera_actions.approve_pairing(offer.user_code, by=operator).pk != roof.pk
    camera_actions.request_pairing(name="Roof", driver="simulated", token=enrolment.token)
    assert Pairing.objects.get(camera=None).existing_camera is None
