"""What timelapses listen to: new frames of their cameras."""

from __future__ import annotations

from timelapse.frames.events import FrameStored, frame_stored
from timelapse.timelapses.actions import tell_of_frame
from timelapse.timelapses.queries import timelapses_showing


def connect() -> None:
    """Listen; called once, when Django is ready."""
    frame_stored.connect(_frame_stored, dispatch_uid="timelapse.timelapses")


def _frame_stored(*, event: FrameStored, **_: object) -> None:
    for timelapse in timelapses_showing(event.camera, event.captured_at):
        tell_of_frame(timelapse, event.frame)
