"""What timelapses listen to: new frames of their cameras, and changed ones."""

from __future__ import annotations

from timelapse.frames.events import FrameStored, frame_changed, frame_stored
from timelapse.timelapses.actions import notify_new_frame
from timelapse.timelapses.queries import timelapses_containing


def connect() -> None:
    """Listen; called once, when Django is ready."""
    for signal in (frame_stored, frame_changed):
        signal.connect(_notify, dispatch_uid="timelapse.timelapses")


def _notify(*, event: FrameStored, **_: object) -> None:
    for timelapse in timelapses_containing(event.camera, event.captured_at):
        notify_new_frame(timelapse, event.frame)
