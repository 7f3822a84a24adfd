from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from tests.factories import frame, timelapse

from timelapse.frames.models import Frame
from timelapse.frames.queries import thumbnail_of
from timelapse.rendering.steadying import measure, offsets_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
#: Pixels to the right of where they belong, each by 1/320 of the width.
SWAY = (0, 3, -3, 2, 0, -2, 3, 0)


def houses() -> np.ndarray:
    random = np.random.default_rng(1)
    pixels = np.full((200, 360), 90, np.uint8)
    for _ in range(120):
        top, left, height, width = random.integers(0, (200, 360, 40, 40))
        pixels[top : top + height, left : left + width] = random.integers(20, 230)
    return pixels


def jpeg(right: int) -> bytes:
    written = io.BytesIO()
    Image.fromarray(houses()[10:190, 20 - right : 340 - right]).save(written, "JPEG", quality=90)
    return written.getvalue()


@pytest.fixture
def garden():
    made = timelapse()
    for right in SWAY:
        frame(made.camera, jpeg(right))
    return made


def shown(garden):
    return list(garden.frames())


def measured_offsets(frames):
    measure(frames)
    return offsets_of(frames)


def test_frames_are_moved_back_to_where_they_belong(garden):
    found = [right * 320 for right, _ in measured_offsets(shown(garden))]
    assert found == pytest.approx(SWAY, abs=0.7)


def test_only_new_frames_are_measured(garden):
    measured = []
    frames = shown(garden)
    measure(frames, lambda: measured.append(1))
    assert len(measured) == len(SWAY) - 1
    for kept in shown(garden):
        thumbnail_of(kept).unlink()
    measure(shown(garden), lambda: pytest.fail("It is measured already."))
    assert offsets_of(shown(garden)) == offsets_of(frames)
    frame(garden.camera, jpeg(0))
    measure(shown(garden), lambda: measured.append(1))
    assert len(measured) == len(SWAY)


def test_a_frame_without_a_thumbnail_stays_and_parts_the_others(garden):
    frames = shown(garden)
    thumbnail_of(frames[4]).write_bytes(b"no picture")
    found = measured_offsets(frames)
    assert found[4] == (0.0, 0.0)
    assert Frame.objects.get(pk=frames[4].pk).shift_x is None


def test_what_is_measured_is_kept_when_somebody_stops_it(garden):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(shown(garden), stop)
    assert Frame.objects.exclude(shift_after=None).count() == 1


def test_measuring_many_takes_few_queries(garden, django_assert_num_queries):
    frames = shown(garden)
    with django_assert_num_queries(1):
        measure(frames)
