"""Performs the transitions of cameras that do more than change the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timelapse.cameras import actions
from timelapse.cameras.models import Camera
from timelapse.shared.transitions import Applied, applied_by

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@applied_by(Camera, "revoke")
def revoke(camera: Camera, user: User) -> Applied:
    """Revoke its token, and note who did."""
    return Applied(obj=actions.revoke(camera, by=user))
