from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from timelapse.frames.models import Frame

pytestmark = pytest.mark.django_db


def test_the_database_itself_refuses_a_capture_twice(camera, store):
    frame = store(camera).frame
    frame.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        frame.save(force_insert=True)


def test_a_camera_with_frames_is_not_deleted(camera, store):
    store(camera)
    with pytest.raises(ProtectedError):
        camera.delete()


def test_a_frame_is_called_by_its_file_or_its_capture():
    assert str(Frame(filename="roof.jpg", capture="c")) == "roof.jpg"
    assert str(Frame(capture="capture-1")) == "capture-1"


def test_an_index_gives_a_film_its_order(camera, store):
    for second in range(30):
        store(camera, second=second)
    ordered = Frame.objects.filter(camera=camera).order_by("captured_at", "sequence")[:5]
    if connection.vendor == "postgresql":  # its planner sorts so few rows rather than read an index
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert "frame_in_film_order" in ordered.explain()


def test_frames_are_put_in_order_without_looking_at_their_cameras():
    assert "JOIN" not in str(Frame.objects.all().query)
