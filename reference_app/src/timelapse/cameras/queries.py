"""Reads of cameras."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from timelapse.cameras.domain import digest
from timelapse.cameras.models import Camera

if TYPE_CHECKING:
    from uuid import UUID


def camera_by_token(token: str) -> Camera | None:
    """Find whose token this is, revoked or not; None for a token that was never given out."""
    wanted = digest(token)
    camera = Camera.objects.filter(token_hash=wanted).first()
    if camera is None or not hmac.compare_digest(camera.token_hash or "", wanted):
        return None
    return camera


def camera_to_go_on(token: str) -> Camera | None:
    """Find the camera as which an agent with this token asks to go on, also while a newer token waits."""
    return camera_by_token(token) or Camera.objects.filter(former_token_hash=digest(token)).first()


def camera_by_id(camera: UUID) -> Camera | None:
    """Find a camera."""
    return Camera.objects.filter(pk=camera).first()
