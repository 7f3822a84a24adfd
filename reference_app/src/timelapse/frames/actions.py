"""Writes of frames."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from eliot import start_action

from fsmlock import Reason, Refused
from timelapse.cameras.changes import publish_change
from timelapse.frames import clocks, ledger
from timelapse.frames.events import FrameStored, frame_changed, frame_stored
from timelapse.frames.models import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.contrib.auth.models import User

    from timelapse.frames.domain import Capture, FramePaths, Measurements, Picture


NO_FRAME: Final = Reason(
    code="no_frame", message="There is no such frame.", remedy="Reload the page: it may have been removed."
)


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
            **(asdict(picture.measured) if picture.measured else {}),
        },
    )
    if created:
        ledger.add(camera, frame.bytes, frame.received_at.date())
        _notify(frame)
    return StoredFrame(frame=frame, created=created)


@transaction.atomic
def hide_frame(frame: int, *, hidden: bool, by: User) -> Frame:
    """Leave a frame out of all movies that are requested from now on, or take it back in. Its file is kept.

    The frame says who hid it and when; the log says who took it back in.

    Raises:
        Refused: there is no such frame.
    """
    found = Frame.objects.select_for_update().filter(pk=frame).first()
    if found is None:
        raise Refused([NO_FRAME])
    if hidden == (found.hidden_at is not None):
        return found
    with start_action(action_type="frame:hide", frame=found.pk, hidden=hidden, by=by.get_username()):
        found.hidden_at = timezone.now() if hidden else None
        found.hidden_by = by.get_username() if hidden else ""
        found.save(update_fields=["hidden_at", "hidden_by"])
    transaction.on_commit(lambda: frame_changed.send_robust(Frame, event=_event(found)), robust=True)
    return found


def record_measurements(frame: Frame, measured: Measurements) -> None:
    """Record what was measured of a frame that was stored without it."""
    Frame.objects.filter(pk=frame.pk).update(**asdict(measured))


def record_shifts(frames: Iterable[Frame]) -> None:
    """Record how far frames are shifted from those before them."""
    Frame.objects.bulk_update(frames, ["shift_after", "shift_x", "shift_y"], batch_size=200)


def _notify(frame: Frame) -> None:
    transaction.on_commit(lambda: frame_stored.send_robust(Frame, event=_event(frame)), robust=True)
    publish_change(frame.camera_id, "frame")


def _event(frame: Frame) -> FrameStored:
    return FrameStored(
        frame=frame.pk, camera=frame.camera_id, captured_at=frame.captured_at, sequence=frame.sequence
    )
