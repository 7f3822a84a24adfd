"""Reads of cameras."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from timelapse.cameras.domain import digest
from timelapse.cameras.models import Camera

if TYPE_CHECKING:
    from uuid import UUID


def camera_by_token(token: str) -> Camera | None:
    """Return the camera of a token, revoked or not; None for a token that was never issued."""
    wanted = digest(token)
    camera = Camera.objects.filter(token_hash=wanted).first()
    if camera is None or not hmac.compare_digest(camera.token_hash or "", wanted):
        return None
    return camera


def camera_to_rejoin(token: str) -> Camera | None:
    """Return the camera to pair again; the previous token counts until a newer one has been used."""
    return camera_by_token(token) or Camera.objects.filter(previous_token_hash=digest(token)).first()


def camera_by_id(camera: UUID) -> Camera | None:
    """Return a camera, or None."""
    return Camera.objects.filter(pk=camera).first()
