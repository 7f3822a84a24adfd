"""Writes of frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from timelapse.cameras.changes import publish_change
from timelapse.frames import clocks, ledger
from timelapse.frames.events import FrameStored, frame_stored
from timelapse.frames.models import Frame

if TYPE_CHECKING:
    from uuid import UUID

    from timelapse.frames.domain import Capture, FramePaths, Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFrame:
    """The frame of a capture, and whether this call created it."""

    frame: Frame
    created: bool


@transaction.atomic
def store_frame(camera: UUID, capture: Capture, picture: Picture, paths: FramePaths) -> StoredFrame:
    """Store the row of a picture whose file is on disk; a capture is stored once, also by concurrent calls.

    After the commit ``frame_stored`` is sent and the camera's watchers are notified, not for a repetition.
    """
    capture = clocks.corrected(camera, capture)
    frame, created = Frame.objects.get_or_create(
        camera_id=camera,
        capture=capture.capture,
        defaults={
            "sequence": capture.sequence,
            "captured_at": capture.captured_at,
            "clock": capture.clock,
            "boot": capture.boot,
            "monotonic_ns": capture.monotonic_ns,
            "sha256": capture.sha256,
            "filename": capture.filename,
            "exposure": capture.exposure,
            "width": picture.width,
            "height": picture.height,
            "orientation": picture.orientation,
            "bytes": picture.bytes,
            "verdict": picture.verdict,
            "file": paths.frame,
            "thumbnail": paths.thumbnail,
        },
    )
    if created:
        ledger.add(camera, frame.bytes, frame.received_at.date())
        _notify(frame)
    return StoredFrame(frame=frame, created=created)


def _notify(frame: Frame) -> None:
    event = FrameStored(
        frame=frame.pk, camera=frame.camera_id, captured_at=frame.captured_at, sequence=frame.sequence
    )
    transaction.on_commit(lambda: frame_stored.send_robust(Frame, event=event), robust=True)
    publish_change(frame.camera_id, "frame")
