from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from strawberry import relay
from tests.factories import frame, timelapse

from timelapse.cameras.models import Camera
from timelapse.rendering.models import Movie
from timelapse.rendering.tasks import finish_deletions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

DELETE_TIMELAPSE = """
mutation ($input: DeleteTimelapseInput!) { deleteTimelapse(input: $input) {
  deletedTimelapseId timelapse { id } errors { code } } }
"""
DELETE_CAMERA = """
mutation ($input: DeleteCameraInput!) { deleteCamera(input: $input) { deletedCameraId
  camera { deletionLoss { timelapses movies frames bytes } }
  errors { code } } }
"""
CAMERA_LOSS = """query ($id: ID!) { node(id: $id) { ... on Camera {
  deletionLoss { timelapses movies frames bytes } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id } }"
CAMERAS = "{ cameras { totalCount } timelapses { totalCount } }"


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


@pytest.fixture
def garden(media):
    made = timelapse()
    frame(made.camera, b"picture")
    return made


@pytest.fixture
def movie(garden):
    return Movie.objects.create(timelapse=garden, fps=30, width=64, height=48)


def test_a_timelapse_is_deleted_by_who_may_and_then_hidden(member, user, garden, movie):
    refused = member.ask(DELETE_TIMELAPSE, input={"timelapse": gid(garden)})["data"]["deleteTimelapse"]
    assert refused == {"deletedTimelapseId": None, "timelapse": None, "errors": [{"code": "permission"}]}
    user.user_permissions.add(Permission.objects.get(codename="delete_timelapse"))
    deleted = member.ask(DELETE_TIMELAPSE, input={"timelapse": gid(garden)})["data"]["deleteTimelapse"]
    assert deleted == {"deletedTimelapseId": gid(garden), "timelapse": None, "errors": []}
    for gone in (garden, movie):
        assert member.ask(NODE, id=gid(gone))["data"]["node"] is None


def test_a_camera_is_deleted_by_who_may_with_all_that_was_announced(member, user, garden, movie):
    roof = garden.camera
    refused = member.ask(DELETE_CAMERA, input={"camera": gid(roof)})["data"]["deleteCamera"]
    assert refused == {"deletedCameraId": None, "camera": None, "errors": [{"code": "permission"}]}
    assert member.ask(CAMERA_LOSS, id=gid(roof))["data"]["node"] == {
        "deletionLoss": {"timelapses": 1, "movies": 1, "frames": 1, "bytes": 7},
    }
    user.user_permissions.add(Permission.objects.get(codename="delete_camera"))
    deleted = member.ask(DELETE_CAMERA, input={"camera": gid(roof)})["data"]["deleteCamera"]
    assert deleted == {"deletedCameraId": gid(roof), "camera": None, "errors": []}
    for gone in (roof, garden):
        assert member.ask(NODE, id=gid(gone))["data"]["node"] is None
    hidden = {"cameras": {"totalCount": 0}, "timelapses": {"totalCount": 0}}
    assert member.ask(CAMERAS)["data"] == hidden
    assert finish_deletions() == 2
    assert not Camera.objects.exists()


@pytest.mark.parametrize("wrong", [("Camera", "no-uuid"), ("Camera", "0" * 32), ("Movie", "1")])
def test_a_missing_camera_is_reported(member, user, wrong):
    user.user_permissions.add(Permission.objects.get(codename="delete_camera"))
    answer = member.ask(DELETE_CAMERA, input={"camera": relay.to_base64(*wrong)})["data"]["deleteCamera"]
    assert (answer["camera"], answer["errors"]) == (None, [{"code": "no_camera"}])


@pytest.mark.parametrize("mutation", [DELETE_TIMELAPSE, DELETE_CAMERA])
def test_anonymous_users_delete_nothing(anonymous, garden, mutation):
    what = {"timelapse": gid(garden)} if mutation is DELETE_TIMELAPSE else {"camera": gid(garden.camera)}
    answer = anonymous.ask(mutation, input=what)
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"
    garden.refresh_from_db()
    assert (garden.state, garden.camera.state) == ("ready", "paired")
