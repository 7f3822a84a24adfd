from __future__ import annotations

import pytest

from timelapse.frames.events import FrameStored, frame_stored
from timelapse.frames.models import Frame

pytestmark = pytest.mark.django_db


@pytest.fixture
def received():
    events = []

    def hear(*, event, **_):
        events.append(event)

    frame_stored.connect(hear, weak=False, dispatch_uid="test")
    yield events
    frame_stored.disconnect(dispatch_uid="test")


def test_a_capture_is_stored_and_announced_once(camera, store, received, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = store(camera, capture="capture-1", sequence=7)
        second = store(camera, capture="capture-1", sequence=8)
        assert received == []
    assert (first.created, second.created) == (True, False)
    assert second.frame == first.frame
    frame = Frame.objects.get()
    assert received == [
        FrameStored(frame=frame.pk, camera=camera.pk, captured_at=frame.captured_at, sequence=7)
    ]


def test_a_listener_that_fails_does_not_take_the_frame_with_it(
    camera, store, django_capture_on_commit_callbacks
):
    def fail(**_):
        raise RuntimeError("downstream")

    frame_stored.connect(fail, weak=False, dispatch_uid="failing")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            store(camera)
    finally:
        frame_stored.disconnect(dispatch_uid="failing")
    assert Frame.objects.count() == 1
