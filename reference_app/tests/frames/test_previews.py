from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from timelapse.cameras import actions as cameras
from timelapse.frames.domain import Capture, Measurements, Picture
from timelapse.frames.previews import (
    PREVIEWS_KEPT,
    focus_pictures,
    newest_previews,
    preview_url,
    store_preview,
    stored_preview,
)

from .conftest import NOON

pytestmark = pytest.mark.django_db
PICTURE = Picture(width=320, height=240, orientation=1, extension="jpg", bytes=9000)


def add_preview(camera, number, of="", kind="preview", picture=PICTURE):
    capture = Capture(
        capture=f"preview-{number:08d}",
        sha256="0" * 64,
        captured_at=NOON + timedelta(seconds=number),
        sequence=number,
        kind=kind,
        of=of,
    )
    return store_preview(camera.pk, capture, picture, f"previews/{number}.jpg")


def test_a_preview_is_stored_once(camera):
    assert add_preview(camera, 1).created
    assert not add_preview(camera, 1).created
    assert stored_preview(camera.pk, "preview-00000001").bytes == 9000


def test_the_newest_preview_is_shown_until_its_original_is_here(camera, store):
    add_preview(camera, 1)
    newest = add_preview(camera, 2, of="original-of-2").preview
    assert newest_previews([camera.pk])[camera.pk] == newest
    assert preview_url(newest) == f"/media/previews/{newest.pk}.jpg"
    store(camera, capture="original-of-2", sequence=2)
    assert newest_previews([camera.pk])[camera.pk].capture == "preview-00000001"


def test_only_the_newest_are_kept(camera):
    for number in range(PREVIEWS_KEPT):
        assert add_preview(camera, number).evicted_files == ()
    assert add_preview(camera, PREVIEWS_KEPT).evicted_files == ("previews/0.jpg",)


def test_previews_of_nine_cameras_take_one_query(camera, django_assert_num_queries):
    every = [camera, *(cameras.enrol(f"Camera {number}").camera for number in range(8))]
    for each in every:
        add_preview(each, 1)
    with django_assert_num_queries(1):
        assert len(newest_previews([each.pk for each in every])) == 9


def test_pictures_of_the_focus_aid_are_no_previews_of_the_camera_and_push_none_out(
    camera, django_assert_num_queries
):
    shown = add_preview(camera, 1).preview
    for number in range(2, PREVIEWS_KEPT + 4):
        measured = Measurements(luma_ev=-3, zones_ev=(-3,) * 9, sharpness=number / 100, fingerprint="0" * 16)
        add_preview(camera, number, kind="focus", picture=replace(PICTURE, measured=measured))
    with django_assert_num_queries(1):
        found = focus_pictures([camera.pk])[camera.pk]
    assert [round(each.sharpness * 100) for each in found] == list(range(PREVIEWS_KEPT + 3, 3, -1))
    assert newest_previews([camera.pk])[camera.pk] == shown
