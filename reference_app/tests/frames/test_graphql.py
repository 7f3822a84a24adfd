from __future__ import annotations

from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser, User
from strawberry import relay

from timelapse.cameras import actions as cameras
from timelapse.project.schema import schema

pytestmark = pytest.mark.django_db


CAMERAS = "{ cameras { edges { node { name frameCount latestFrame { sequence imageUrl } } } } }"
FRAME = """query ($id: ID!) { node(id: $id) { ... on Frame {
  sequence capturedAt receivedAt clock width height bytes sha256 imageUrl thumbnailUrl } } }"""


def ask(query, user=None, **variables):
    context = SimpleNamespace(request=SimpleNamespace(user=user or AnonymousUser()))
    return async_to_sync(schema.execute)(query, variable_values=variables, context_value=context)


@pytest.fixture
def admin():
    return User.objects.create_superuser("admin")


def test_a_frame_is_a_node(camera, store, admin):
    frame = store(camera, sequence=7, orientation=6, bytes=99).frame
    shown = ask(FRAME, admin, id=relay.to_base64("Frame", frame.pk)).data["node"]
    assert (shown["sequence"], shown["clock"], shown["bytes"]) == (7, "unknown", 99)
    assert (shown["width"], shown["height"]) == (48, 64)
    assert shown["capturedAt"] == "2026-11-23T12:00:00+00:00"
    assert shown["imageUrl"] == f"/media/frames/{frame.pk}.jpg"
    assert shown["thumbnailUrl"] == f"/media/thumbnails/{frame.pk}.jpg"


def test_a_frame_is_shown_to_who_is_signed_in(camera, store):
    frame = store(camera).frame
    result = ask(FRAME, id=relay.to_base64("Frame", frame.pk))
    assert result.errors[0].extensions["code"] == "signed_out"


def test_cameras_show_their_last_frame_and_their_count(camera, store, admin):
    cameras.enrol("Empty")
    store(camera, second=1, sequence=1)
    latest = store(camera, second=2, sequence=2).frame
    roof, empty = (edge["node"] for edge in ask(CAMERAS, admin).data["cameras"]["edges"])
    assert roof == {
        "name": "Roof",
        "frameCount": 2,
        "latestFrame": {"sequence": 2, "imageUrl": f"/media/frames/{latest.pk}.jpg"},
    }
    assert empty == {"name": "Empty", "frameCount": 0, "latestFrame": None}


def test_last_frames_and_counts_of_nine_cameras_take_as_many_queries_as_of_one(
    camera, store, admin, django_assert_max_num_queries
):
    for number in range(8):
        store(cameras.enrol(f"Camera {number}").camera)
    with django_assert_max_num_queries(3):
        result = ask(CAMERAS, admin)
    assert [edge["node"]["frameCount"] for edge in result.data["cameras"]["edges"]] == [0] + [1] * 8
