from __future__ import annotations

import pytest

from timelapse.cameras import actions as cameras
from timelapse.frames import queries

pytestmark = pytest.mark.django_db


def test_a_films_order_is_by_time_then_by_the_cameras_count(camera, store):
    late, early = store(camera, second=2, sequence=1).frame, store(camera, second=1, sequence=3).frame
    earliest = store(camera, second=1, sequence=2).frame
    store(cameras.enrol("Garden").camera)
    assert list(queries.frames_of(camera.pk)) == [earliest, early, late]


def test_the_last_frames_of_many_cameras_are_one_query(camera, store, django_assert_num_queries):
    garden, empty = cameras.enrol("Garden").camera, cameras.enrol("Empty").camera
    latest = store(camera, second=5).frame
    store(camera, second=1)
    other = store(garden, second=3, sequence=2).frame
    store(garden, second=3, sequence=1)
    with django_assert_num_queries(1):
        found = queries.latest_frames([camera.pk, garden.pk, empty.pk])
    assert found == {camera.pk: latest, garden.pk: other}


def test_the_frames_of_many_cameras_are_counted_by_one_query(camera, store, django_assert_num_queries):
    empty = cameras.enrol("Empty").camera
    store(camera)
    store(camera, second=1)
    with django_assert_num_queries(1):
        assert queries.frame_counts([camera.pk, camera.pk, empty.pk]) == {camera.pk: 2}


def test_a_frame_says_where_it_lies_and_where_it_is_shown(camera, store, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    frame = store(camera, extension="png").frame
    assert queries.file_of(frame) == tmp_path / frame.file
    assert queries.thumbnail_of(frame) == tmp_path / frame.thumbnail
    assert queries.image_url(frame) == f"/media/frames/{frame.pk}.png"
    assert queries.original_url(frame) == queries.image_url(frame)
    assert queries.thumbnail_url(frame) == f"/media/thumbnails/{frame.pk}.jpg"


def test_what_browsers_do_not_show_is_shown_small_and_saved_as_it_is(camera, store):
    frame = store(camera, extension="raw").frame
    assert queries.image_url(frame) == f"/media/large-thumbnails/{frame.pk}.jpg"
    assert queries.original_url(frame) == f"/media/frames/{frame.pk}.raw"


def test_a_stored_frame_is_found_by_camera_and_capture(camera, store):
    frame = store(camera, capture="capture-1").frame
    assert queries.stored_frame(camera.pk, "capture-1") == frame
    assert queries.stored_frame(cameras.enrol("Garden").camera.pk, "capture-1") is None
