from __future__ import annotations

import io

import pytest
from PIL import Image
from tests.factories import camera, frame

from fsmlock.iteration import execute
from fsmlock.models import Run
from timelapse.frames.models import Frame
from timelapse.frames.queries import unmeasured
from timelapse.ingest.measuring import enqueue_measuring

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def picture(value: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 48), (value, value, value)).save(written, "JPEG")
    return written.getvalue()


def test_frames_of_an_earlier_version_are_measured_once() -> None:
    roof = camera()
    frames = [frame(roof, picture(value)) for value in (64, 128)]
    assert enqueue_measuring() == 1
    execute(Run.objects.get())
    dark, light = (Frame.objects.get(pk=each.pk) for each in frames)
    assert dark.luma_ev is not None
    assert light.luma_ev is not None
    assert dark.luma_ev < light.luma_ev - 1
    assert len(dark.zones_ev) == 9
    assert enqueue_measuring() == 0


def test_a_frame_that_cant_be_read_stays_unmeasured_and_is_not_tried_for_ever() -> None:
    roof = camera()
    frame(roof, b"no picture")
    good = frame(roof, picture(90))
    enqueue_measuring()
    execute(Run.objects.get())
    assert Run.objects.get().state == Run.States.SUCCEEDED
    assert [each.pk for each in unmeasured()] == [good.pk - 1]
    enqueue_measuring()
    assert Run.objects.count() == 1


def test_two_cameras_have_a_run_each() -> None:
    for name in ("Roof", "Yard"):
        frame(camera(name), picture(90))
    assert enqueue_measuring() == 2
    assert Run.objects.count() == 2
