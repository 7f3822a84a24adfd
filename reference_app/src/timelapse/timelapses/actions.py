"""Writes of timelapses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

import fsmlock
from fsmlock import Reason, Refused
from fsmlock.sentences import sentence
from timelapse.cameras.models import Camera
from timelapse.cameras.queries import camera_by_id
from timelapse.shared import live
from timelapse.timelapses.domain import MOST_OF_A_CAMERA, moment, validation_errors
from timelapse.timelapses.events import TimelapseCreated, timelapse_created
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.queries import timelapses_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import User

#: The group of those who watch the list of timelapses.
LIST_GROUP: Final = "timelapses"
NO_CAMERA = Reason(
    code="no_camera", message="There is no such camera.", remedy="Choose one of the cameras that are listed."
)
TOO_MANY = Reason(
    code="too_many_timelapses",
    message=sentence("The camera has %(count)s timelapses, archived ones included.", count=MOST_OF_A_CAMERA),
    remedy="Delete one that is no longer needed. The camera keeps its frames.",
)


@transaction.atomic
def create_timelapse(
    *,
    camera: UUID,
    name: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    notes: str = "",
) -> Timelapse:
    """Create a timelapse of a camera's frames, of all time or of a period.

    Raises:
        Refused: a text is empty or too long, the camera doesn't exist or has as many timelapses as it may
            have, or the period ends before it starts.
    """
    reasons = validation_errors(name, starts_at, ends_at, notes)
    Camera.objects.select_for_update().filter(pk=camera).first()  # two that are created at once are counted
    if camera_by_id(camera) is None:
        reasons = (*reasons, NO_CAMERA)
    elif timelapses_of(camera).count() >= MOST_OF_A_CAMERA:
        reasons = (*reasons, TOO_MANY)
    if reasons:
        raise Refused(reasons)
    timelapse = Timelapse.objects.create(
        camera_id=camera, name=name.strip(), starts_at=starts_at, ends_at=ends_at, notes=notes.strip()
    )
    publish_change(timelapse.pk, "created")
    event = TimelapseCreated(timelapse=timelapse.pk, camera=camera)
    transaction.on_commit(lambda: timelapse_created.send_robust(Timelapse, event=event), robust=True)
    return timelapse


@transaction.atomic
def edit(
    timelapse: Timelapse,
    user: User,
    *,
    name: str,
    notes: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> Timelapse:
    """Change its name, its notes and its period.

    Args:
        timelapse: which one.
        user: who changes it.
        name: what people call it.
        notes: whatever people note of it.
        starts_at: by the clock of its camera, without a time zone; None: from the first frame.
        ends_at: likewise; None: it goes on.

    Raises:
        Refused: the user may not, it is archived or gone, or a value doesn't fit.
    """
    locked = _locked(timelapse, "edit", user)
    since = moment(starts_at, locked.zone, locked.starts_at)
    until = moment(ends_at, locked.zone, locked.ends_at)
    if reasons := validation_errors(name, since, until, notes):
        raise Refused(reasons)
    is_other_period = (since, until) != (locked.starts_at, locked.ends_at)
    locked.name, locked.notes, locked.starts_at, locked.ends_at = name.strip(), notes.strip(), since, until
    locked.save(update_fields=["name", "notes", "starts_at", "ends_at"])
    publish_change(locked.pk, "edited", has_other_frames=is_other_period)
    return locked


@transaction.atomic
def change_retention(timelapse: Timelapse, user: User, *, days: int | None, every: int) -> Timelapse:
    """Set how long all its frames are kept, and which of the older ones; the next run removes what is left.

    Args:
        timelapse: which one.
        user: who changes it.
        days: counted from a frame's arrival; 0: for ever; None: as the settings say, which then decide
            about older frames, too.
        every: of older frames, one of so many is kept.

    Raises:
        Refused: the user may not, or it is gone.
    """
    locked = _locked(timelapse, "change_retention", user)
    locked.keep_all_days, locked.keep_every = days, None if days is None else every
    locked.save(update_fields=["keep_all_days", "keep_every"])
    publish_change(locked.pk, "retention")
    return locked


@transaction.atomic
def stop(timelapse: Timelapse, user: User) -> Timelapse:
    """End it now.

    Raises:
        Refused: the user may not, or it has not begun, is over, archived or gone.
    """
    locked = _locked(timelapse, "stop", user)
    locked.ends_at = timezone.now()
    locked.save(update_fields=["ends_at"])
    publish_change(locked.pk, "stopped", has_other_frames=True)
    return locked


@transaction.atomic
def archive(timelapse: Timelapse, user: User) -> Timelapse:
    """End it if it goes on, and take it from the lists.

    Raises:
        Refused: the user may not, or it has not begun, is archived already or gone.
    """
    locked = _locked(timelapse, "archive", user)
    locked.archive()
    locked.save()
    publish_change(locked.pk, "archived", has_other_frames=True)
    return locked


@transaction.atomic
def bring_back(timelapse: Timelapse, user: User) -> Timelapse:
    """Put an archived timelapse back into the lists.

    Raises:
        Refused: the user may not, or it is not archived.
    """
    locked = _locked(timelapse, "bring_back", user)
    locked.bring_back()
    locked.save()
    publish_change(locked.pk, "brought_back")
    return locked


def _locked(timelapse: Timelapse, name: str, user: User) -> Timelapse:
    """Lock its row, and require that the transition or action is possible for the user."""
    locked = Timelapse.objects.select_for_update(of=("self",)).select_related("camera").get(pk=timelapse.pk)
    if reasons := fsmlock.explain(locked, to=name, user=user):
        raise fsmlock.TransitionRefused(reasons, instance=locked)
    return locked


@transaction.atomic
def keep_latest_movie(timelapse: int, *, every_s: int, **options: object) -> None:
    """Have a latest movie rendered, now and when frames have come, at most once in so many seconds."""
    Timelapse.objects.filter(pk=timelapse).update(
        latest_every_s=every_s, latest_options=options, latest_requested_at=None, latest_refusals=[]
    )
    publish_change(timelapse, "latest_movie")


@transaction.atomic
def stop_latest_movie(timelapse: int) -> None:
    """Render no latest movie any more."""
    Timelapse.objects.filter(pk=timelapse).update(latest_every_s=None, latest_refusals=[])
    publish_change(timelapse, "latest_movie")


def notify_new_frame(timelapse: int, frame: int) -> None:
    """Publish, once the transaction has committed, that a timelapse has a new frame."""
    live.publish_on_commit(group_of(timelapse), frame=frame)
    live.publish_entry(LIST_GROUP, timelapse)


def publish_change(timelapse: int, what: str, *, has_other_frames: bool = False) -> None:
    """Publish, once the transaction has committed, what is new of a timelapse, or that it is deleted.

    Whoever watches one that has other frames now reads all of it again.
    """
    live.publish_on_commit(group_of(timelapse), what=what, resync=has_other_frames)
    live.publish_entry(LIST_GROUP, timelapse)


def group_of(timelapse: int) -> str:
    """Return the channel group of a timelapse's watchers."""
    return f"timelapse.{timelapse}"
