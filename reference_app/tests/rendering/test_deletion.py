from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from tests.factories import frame, timelapse
from tests.held_locks import held_elsewhere, rendering

import fsmlock
from timelapse.frames.models import Frame
from timelapse.rendering import actions, queries
from timelapse.rendering.deletion import delete_timelapse, finish_deletions
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.queries import timelapse_by_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(user):
    user.user_permissions.add(Permission.objects.get(codename="delete_timelapse"))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def garden(media):
    found = timelapse()
    frame(found.camera)
    return found


@pytest.fixture
def movie(garden, user):
    return actions.request_render(garden.pk, RenderOptions(), user)


def state_of(row):
    return type(row).objects.get(pk=row.pk).state


def test_a_timelapse_is_deleted_with_its_movies_and_the_camera_keeps_its_frames(garden, movie, operator):
    queries.folder_of(movie.pk).mkdir(parents=True)
    queries.video_of(movie.pk).write_bytes(b"a movie")
    delete_timelapse(garden.pk, operator)
    assert (state_of(garden), state_of(movie)) == ("deleted", "deleted")
    assert not queries.folder_of(movie.pk).exists()
    assert Frame.objects.filter(camera=garden.camera).count() == 1
    assert timelapse_by_id(garden.pk) is None
    assert fsmlock.holds_on(garden) == ()


def test_without_the_permission_nothing_is_deleted(garden, user):
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        delete_timelapse(garden.pk, user)
    assert [reason.code for reason in refused.value.reasons] == ["permission"]
    assert state_of(garden) == "ready"


def test_a_timelapse_that_isnt_there_is_refused(operator):
    with pytest.raises(fsmlock.Refused) as refused:
        delete_timelapse(4711, operator)
    assert [reason.code for reason in refused.value.reasons] == ["no_timelapse"]


def test_a_movie_being_rendered_is_in_the_way(garden, movie, operator):
    with held_elsewhere(garden, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        with pytest.raises(fsmlock.TransitionRefused) as refused:
            delete_timelapse(garden.pk, operator)
    assert [reason.code for reason in refused.value.reasons] == ["held"]
    assert str(movie) in refused.value.reasons[0].message


def test_the_worker_is_stopped_when_the_plan_is_carried_out(garden, movie, operator):
    with rendering(movie):
        delete_timelapse(garden.pk, operator, stop_movies=True)
    assert (state_of(garden), state_of(movie)) == ("deleted", "deleted")


def test_who_may_not_stop_movies_stops_none_by_deleting_their_timelapse(garden, movie, operator):
    operator.user_permissions.remove(Permission.objects.get(codename="change_movie"))
    somebody = User.objects.get(pk=operator.pk)
    with held_elsewhere(garden, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        with pytest.raises(fsmlock.TransitionRefused) as refused:
            delete_timelapse(garden.pk, somebody, stop_movies=True)
        held.check()
    (reason,) = refused.value.reasons
    assert (reason.code, reason.params) == ("permission", {"permission": "rendering.change_movie"})
    assert (state_of(garden), state_of(movie)) == ("ready", "rendering")


def test_an_import_is_not_stopped_for_it(garden, operator):
    with held_elsewhere(garden.camera, "import", "ImportCaptures 1") as importing:
        with pytest.raises(fsmlock.TransitionRefused) as refused:
            delete_timelapse(garden.pk, operator, stop_movies=True)
        importing.renew()
        importing.check()
    assert "ImportCaptures 1" in refused.value.reasons[0].message


def test_while_a_timelapse_is_being_deleted_its_movies_are_locked(garden, movie, operator):
    actions.cancel_movie(movie.pk, operator)
    movie.refresh_from_db()
    with held_elsewhere(garden, "delete", "Deleting Garden"):
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
    assert "Deleting Garden" in refused.value.reasons[0].message


def test_a_deletion_that_a_crash_interrupted_is_completed(garden, movie):
    Timelapse.objects.filter(pk=garden.pk).update(state="deleting")
    with held_elsewhere(garden, "delete", "another process"):
        assert finish_deletions() == 0
    assert finish_deletions() == 1
    assert (state_of(garden), state_of(movie)) == ("deleted", "deleted")
    assert not Movie.objects.exclude(state="deleted").exists()


def test_a_movie_whose_deletion_a_crash_interrupted_is_deleted(garden, movie, operator):
    actions.cancel_movie(movie.pk, operator)
    queries.folder_of(movie.pk).mkdir(parents=True)
    Movie.objects.filter(pk=movie.pk).update(state="deleting")
    assert finish_deletions() == 1
    assert state_of(movie) == "deleted"
    assert not queries.folder_of(movie.pk).exists()
