"""At the door: whose token it is, and what is known of the capture already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from timelapse.cameras.models import Camera
from timelapse.cameras.queries import camera_by_token
from timelapse.frames.clocks import improve_time
from timelapse.frames.models import Frame
from timelapse.frames.previews import stored_preview
from timelapse.frames.queries import stored_frame
from timelapse.ingest import domain, limits
from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline import incoming, picture
from timelapse.ingest.pipeline.incoming import Incoming
from timelapse.ingest.queries import quarantined

if TYPE_CHECKING:
    from uuid import UUID

    from timelapse.frames.domain import Kind
    from timelapse.frames.models import Preview
    from timelapse.ingest.metadata import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyStored:
    """A capture that is a frame already; all its bytes are here."""

    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """An upload as anybody may see it."""

    offset: int
    order: Order


def bearer_token(authorization: str) -> str:
    """Read the token in an Authorization header; empty when there is none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def authenticate(authorization: str) -> Camera:
    """Find the camera that sends.

    Raises:
        Refusal: 401 for a token that was never given out, or was revoked.
    """
    token = bearer_token(authorization)
    camera = camera_by_token(token) if token else None
    headers = {"WWW-Authenticate": 'Bearer realm="agent"'}
    if camera is None:
        message, code = "This server never gave out the token that the agent sent.", "token_unknown"
    elif camera.state == Camera.States.REVOKED:
        when = f" on {camera.revoked_at:%d %b %Y at %H:%M} UTC" if camera.revoked_at else ""
        message, code = f"The token of camera {camera.name!r} was revoked{when}.", "token_revoked"
    else:
        return camera
    raise Refusal(401, code, message, "Pair the camera again: camera-agent pair URL.", headers=headers)


def create(authorization: str, order: Order) -> tuple[UUID, AlreadyStored | Incoming]:
    """Begin an upload, or find that it is done.

    Raises:
        Refusal: see `authenticate` and `Incoming.create`; 422 if it was refused before, 429 by `limits`.
    """
    camera = authenticate(authorization).pk
    return camera, open_upload(camera, order)


def open_upload(camera: UUID, order: Order, *, limited: bool = True) -> AlreadyStored | Incoming:
    """Begin an upload of a camera that is known, or find that it is done.

    Args:
        camera: whose it is.
        order: what is to come.
        limited: whether the camera's limits count; not for what an operator brings by hand.

    Raises:
        Refusal: as `create`, and 429 when the camera sends more than it may.
    """
    capture = order.capture
    stored = _stored_as(capture.kind, camera, capture.capture)
    if stored is not None and stored.sha256 != capture.sha256:
        raise picture.unusable("capture_reused", f"Another picture is stored as capture {capture.capture}.")
    if isinstance(stored, Frame):
        improve_time(stored, capture)
    if stored is not None:
        return AlreadyStored(length=stored.bytes)
    if capture.kind == "preview" and order.length > domain.PREVIEW_BYTES:
        raise domain.preview_too_large(order.length)
    refused = quarantined(camera, capture.capture)
    if refused is not None and refused.sha256 == capture.sha256:
        raise picture.unusable(refused.code, refused.message)
    if limited:
        limits.check(camera, order.length, timezone.now())
    return Incoming.create(camera, order)


def _stored_as(kind: Kind, camera: UUID, capture: str) -> Frame | Preview | None:
    return stored_frame(camera, capture) if kind == "frame" else stored_preview(camera, capture)


def _stored(camera: UUID, capture: str) -> Frame | Preview | None:
    """Find a capture whose kind the request does not tell."""
    return stored_frame(camera, capture) or stored_preview(camera, capture)


def resume(authorization: str, capture: str) -> tuple[UUID, AlreadyStored | Incoming]:
    """Go on with an upload, or find that it is done.

    Raises:
        Refusal: by `authenticate` or by `Incoming.resume`.
    """
    camera = authenticate(authorization).pk
    stored = _stored(camera, capture)
    return camera, Incoming.resume(camera, capture) if stored is None else AlreadyStored(length=stored.bytes)


def upload_status(authorization: str, capture: str) -> AlreadyStored | InProgress:
    """Say how far an upload is, whoever writes it.

    Raises:
        Refusal: by `authenticate`, 422 if the picture was refused before, or 404.
    """
    camera = authenticate(authorization).pk
    stored = _stored(camera, capture)
    if stored is not None:
        return AlreadyStored(length=stored.bytes)
    seen = incoming.read_status(camera, capture)
    if seen is None:
        refused = quarantined(camera, capture)
        raise (
            domain.no_such_upload(capture)
            if refused is None
            else picture.unusable(refused.code, refused.message)
        )
    return InProgress(offset=seen[0], order=seen[1])


def terminate(authorization: str, capture: str) -> None:
    """End an unfinished upload; one that has become a frame has ended, and the frame stays.

    Raises:
        Refusal: by `authenticate` or by `Incoming.resume`.
    """
    _, upload = resume(authorization, capture)
    if isinstance(upload, Incoming):
        with upload:
            upload.remove()
