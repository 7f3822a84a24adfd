from __future__ import annotations

import pytest
from PIL import Image

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of, large_thumbnail_of, thumbnail_of
from timelapse.ingest.pipeline.thumbnails import ensure_large_thumbnail, ensure_thumbnail

pytestmark = pytest.mark.django_db


@pytest.fixture
def frame(agent, picture):
    upload = agent.new_upload(picture(size=(640, 480)))
    agent.send(upload)
    return Frame.objects.get(capture=upload.capture)


def test_the_thumbnail_that_is_there_is_left_alone(frame):
    thumbnail_of(frame).write_bytes(b"small")
    assert ensure_thumbnail(frame).read_bytes() == b"small"


def test_a_missing_thumbnail_is_written(frame):
    thumbnail_of(frame).unlink()
    assert ensure_thumbnail(frame) == thumbnail_of(frame)
    with Image.open(thumbnail_of(frame)) as thumbnail:
        assert thumbnail.size == (320, 240)


def test_a_large_thumbnail_is_made_when_it_is_first_looked_at(frame):
    Image.new("RGB", (2000, 1500)).save(file_of(frame))
    for _ in range(2):
        assert ensure_large_thumbnail(frame) == large_thumbnail_of(frame)
    with Image.open(large_thumbnail_of(frame)) as thumbnail:
        assert thumbnail.size == (1280, 960)


def test_a_frame_whose_file_is_gone_has_no_thumbnail(frame):
    thumbnail_of(frame).unlink()
    file_of(frame).unlink()
    assert ensure_thumbnail(frame) is None


def test_a_frame_whose_file_is_damaged_has_no_thumbnail(frame):
    thumbnail_of(frame).unlink()
    file_of(frame).write_bytes(file_of(frame).read_bytes()[:500])
    assert ensure_thumbnail(frame) is None
