"""What timelapses listen to: new frames of their cameras."""

from __future__ import annotations

from timelapse.frames.events import FrameStored, frame_stored
from timelapse.timelapses.actions import notify_new_frame
from timelapse.timelapses.queries import timelapses_containing


def connect() -> None:
    """Listen; called once, when Django is ready."""
    frame_stored.connect(_frame_stored, dispatch_uid="timelapse.timelapses")


def _frame_stored(*, event: FrameStored, **_: object) -> None:
    for timelapse in timelapses_containing(event.camera, event.captured_at):
        notify_new_frame(timelapse, event.frame)
