"""Reads of cameras."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from django.utils import timezone

from timelapse.cameras.domain import digest, normalised_code
from timelapse.cameras.models import Camera, Pairing

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


def visible(cameras: QuerySet[Camera]) -> QuerySet[Camera]:
    """Filter out cameras that are being deleted."""
    return cameras.exclude(state=Camera.States.DELETING)


def cameras() -> QuerySet[Camera]:
    """Return all cameras except deleted ones, oldest first."""
    return visible(Camera.objects.all())


def camera_by_token(token: str) -> Camera | None:
    """Return the camera of a token, revoked or not; None if none was issued, or its camera was deleted."""
    wanted = digest(token)
    camera = visible(Camera.objects.filter(token_hash=wanted)).first()
    if camera is None or not hmac.compare_digest(camera.token_hash or "", wanted):
        return None
    return camera


def camera_to_rejoin(token: str) -> Camera | None:
    """Return the camera to pair again; the previous token counts until a newer one has been used."""
    previous = visible(Camera.objects.filter(previous_token_hash=digest(token)))
    return camera_by_token(token) or previous.first()


def pairing_by_code(user_code: str, pairings: QuerySet[Pairing] | None = None) -> Pairing | None:
    """Return the request of the agent that shows this code now, or None."""
    found = Pairing.objects.all() if pairings is None else pairings
    code = normalised_code(user_code)
    return found.filter(user_code=code, expires_at__gte=timezone.now()).first()


def camera_by_id(camera: UUID) -> Camera | None:
    """Return a camera unless it is deleted."""
    return visible(Camera.objects.filter(pk=camera)).first()
