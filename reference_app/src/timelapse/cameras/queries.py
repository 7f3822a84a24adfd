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


def camera_by_id(camera: UUID) -> Camera | None:
    """Find a camera."""
    return Camera.objects.filter(pk=camera).first()
