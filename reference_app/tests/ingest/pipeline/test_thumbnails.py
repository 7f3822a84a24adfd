from __future__ import annotations

import io

import pytest
from PIL import Image

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of, thumbnail_of
from timelapse.ingest.pipeline import thumbnails

pytestmark = pytest.mark.django_db


@pytest.fixture
def frame(agent, picture):
    def frame(seed=0, **options):
        shot = agent.shoot(picture(seed, **options))
        agent.send(shot)
        return Frame.objects.get(capture=shot.capture)

    return frame


def test_frames_get_a_small_copy_that_stands_upright(frame):
    exif = Image.Exif()
    exif[274] = 6
    made = frame(size=(640, 480), exif=exif)
    assert [done.pk for done in thumbnails.make_some()] == [made.pk]
    small = Image.open(io.BytesIO(thumbnail_of(made).read_bytes()))
    assert small.size == (240, 320)
    assert list(thumbnails.make_some()) == []


def test_a_worker_that_is_killed_leaves_the_rest_to_the_next(frame):
    first, second = frame(1), frame(2)
    killed = thumbnails.make_some()
    assert next(killed).pk == second.pk  # the newest first
    killed.close()
    assert {done.pk for done in thumbnails.make_some()} <= {first.pk, second.pk}
    assert not Frame.objects.filter(thumbnailed=False).exists()
    assert all(thumbnail_of(each).exists() for each in (first, second))


def test_a_frame_whose_file_is_gone_is_not_tried_for_ever(frame):
    lost = frame()
    file_of(lost).unlink()
    assert len(list(thumbnails.make_some())) == 1
    assert list(thumbnails.make_some()) == []
