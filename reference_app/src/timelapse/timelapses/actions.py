"""Writes of timelapses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from fsmlock import Reason, Refused
from timelapse.cameras.queries import camera_by_id
from timelapse.shared import live
from timelapse.timelapses.domain import validation_errors
from timelapse.timelapses.events import TimelapseCreated, timelapse_created
from timelapse.timelapses.models import Timelapse

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

#: The group of those who watch the list of timelapses.
LIST_GROUP: Final = "timelapses"
NO_CAMERA = Reason(
    code="no_camera", message="There is no such camera.", remedy="Choose one of the cameras that are listed."
)


@transaction.atomic
def create_timelapse(
    *, camera: UUID, name: str, starts_at: datetime | None = None, ends_at: datetime | None = None
) -> Timelapse:
    """Create a timelapse of a camera's frames, of all time or of a period.

    Raises:
        Refused: the name is empty or too long, the camera doesn't exist, or the period ends before it starts.
    """
    reasons = validation_errors(name, starts_at, ends_at)
    if camera_by_id(camera) is None:
        reasons = (*reasons, NO_CAMERA)
    if reasons:
        raise Refused(reasons)
    timelapse = Timelapse.objects.create(
        camera_id=camera, name=name.strip(), starts_at=starts_at, ends_at=ends_at
    )
    publish_change(timelapse.pk, "created")
    event = TimelapseCreated(timelapse=timelapse.pk, camera=camera)
    transaction.on_commit(lambda: timelapse_created.send_robust(Timelapse, event=event), robust=True)
    return timelapse


@transaction.atomic
def keep_latest_movie(timelapse: int, *, every_s: int, **options: object) -> None:
    """Have a latest movie rendered, now and when frames have come, at most once in so many seconds."""
    Timelapse.objects.filter(pk=timelapse).update(
        latest_every_s=every_s, latest_options=options, latest_requested_at=None
    )
    publish_change(timelapse, "latest_movie")


@transaction.atomic
def stop_latest_movie(timelapse: int) -> None:
    """Render no latest movie any more."""
    Timelapse.objects.filter(pk=timelapse).update(latest_every_s=None)
    publish_change(timelapse, "latest_movie")


def notify_new_frame(timelapse: int, frame: int) -> None:
    """Publish, once the transaction has committed, that a timelapse has a new frame."""
    live.publish_on_commit(group_of(timelapse), frame=frame)
    live.publish_entry(LIST_GROUP, timelapse)


def publish_change(timelapse: int, what: str) -> None:
    """Publish, once the transaction has committed, what is new of a timelapse, or that it is deleted."""
    live.publish_on_commit(group_of(timelapse), what=what)
    live.publish_entry(LIST_GROUP, timelapse)


def group_of(timelapse: int) -> str:
    """Return the channel group of a timelapse's watchers."""
    return f"timelapse.{timelapse}"
