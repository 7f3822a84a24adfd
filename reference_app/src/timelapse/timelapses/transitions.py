"""Performs the transitions of timelapses, and what creates one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fsmlock
from timelapse.cameras.models import Camera
from timelapse.frames.queries import zone_of
from timelapse.shared.transitions import Applied, applied_by
from timelapse.timelapses import actions
from timelapse.timelapses.domain import moment
from timelapse.timelapses.models import Timelapse

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User


@applied_by(Camera, "create_timelapse")
def create(
    camera: Camera,
    user: User,
    *,
    name: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    notes: str,
) -> Applied:
    """Create a timelapse; its times are by the clock of the camera."""
    if reasons := fsmlock.explain(camera, to="create_timelapse", user=user):
        raise fsmlock.ActionRefused(reasons, instance=camera)
    zone = zone_of(camera)
    made = actions.create_timelapse(
        camera=camera.pk,
        name=name,
        starts_at=moment(starts_at, zone),
        ends_at=moment(ends_at, zone),
        notes=notes,
    )
    return Applied(obj=camera, created=made)


@applied_by(Timelapse, "edit")
def edit(
    timelapse: Timelapse,
    user: User,
    *,
    name: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    notes: str,
) -> Applied:
    """Change it; its times are by the clock of its camera."""
    changed = actions.edit(timelapse, user, name=name, notes=notes, starts_at=starts_at, ends_at=ends_at)
    return Applied(obj=changed)


@applied_by(Timelapse, "change_retention")
def change_retention(timelapse: Timelapse, user: User, *, days: int | None, every: int) -> Applied:
    """Set how long its frames are kept."""
    return Applied(obj=actions.change_retention(timelapse, user, days=days, every=every))


@applied_by(Timelapse, "stop")
def stop(timelapse: Timelapse, user: User) -> Applied:
    """End it now."""
    return Applied(obj=actions.stop(timelapse, user))


@applied_by(Timelapse, "archive")
def archive(timelapse: Timelapse, user: User) -> Applied:
    """Take it from the lists."""
    return Applied(obj=actions.archive(timelapse, user))


@applied_by(Timelapse, "bring_back")
def bring_back(timelapse: Timelapse, user: User) -> Applied:
    """Put it back into the lists."""
    return Applied(obj=actions.bring_back(timelapse, user))
