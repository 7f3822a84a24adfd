"""Authenticates the sender, and checks whether the capture is stored or refused already."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
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
    from timelapse.ingest.metadata import UploadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyStored:
    """A capture that is stored already; nothing more needs to be sent."""

    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """An upload in progress: how far it is, and what was announced."""

    offset: int
    announced: UploadRequest


def bearer_token(authorization: str) -> str:
    """Return the bearer token of an Authorization header; empty if there is none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def authenticate(authorization: str) -> Camera:
    """Return the camera that the token belongs to.

    Raises:
        Refusal: 401 for a token that was never issued, or was revoked.
    """
    token = bearer_token(authorization)
    camera = camera_by_token(token) if token else None
    headers = {"WWW-Authenticate": 'Bearer realm="agent"'}
    if camera is None:
        message, code = "This server never issued the token that the agent sent.", "token_unknown"
    elif camera.state == Camera.States.REVOKED:
        # ISO 8601, which the page shows in the reader's time zone.
        when = f" at {camera.revoked_at.isoformat(timespec='seconds')}" if camera.revoked_at else ""
        message, code = f"The token of camera {camera.name!r} was revoked{when}.", "token_revoked"
    else:
        return camera
    raise Refusal(401, code, message, "Pair the camera again: camera-agent pair URL.", headers=headers)


def open_upload(camera: UUID, announced: UploadRequest, *, limited: bool = True) -> AlreadyStored | Incoming:
    """Create an upload of an authenticated camera unless the capture is stored already.

    Args:
        camera: the sender.
        announced: the announced upload.
        limited: whether to apply the camera's limits; False for imports by an operator.

    Raises:
        Refusal: see `Incoming.create`; 422 if it was refused before, 429 by `limits`.
    """
    capture = announced.capture
    stored = _stored_as(capture.kind, camera, capture.capture)
    if stored is not None and stored.sha256 != capture.sha256:
        raise picture.unusable("capture_reused", f"Another picture is stored as capture {capture.capture}.")
    if isinstance(stored, Frame):
        improve_time(stored, capture)
    if stored is not None:
        return AlreadyStored(length=stored.bytes)
    if capture.kind != "frame" and announced.length > domain.PREVIEW_BYTES:
        raise domain.preview_too_large(announced.length)
    refused = quarantined(camera, capture.capture)
    if refused is not None and refused.sha256 == capture.sha256:
        raise picture.unusable(refused.code, refused.message)
    if limited:
        begun = partial(incoming.begun_bytes, camera, besides=capture.capture)
        limits.check(camera, announced.length, timezone.now(), begun=begun)
    return Incoming.create(camera, announced)


def _stored_as(kind: Kind, camera: UUID, capture: str) -> Frame | Preview | None:
    return stored_frame(camera, capture) if kind == "frame" else stored_preview(camera, capture)


def _stored(camera: UUID, capture: str) -> Frame | Preview | None:
    """Find a capture whose kind the request does not state."""
    return stored_frame(camera, capture) or stored_preview(camera, capture)


def resume(camera: UUID, capture: str) -> AlreadyStored | Incoming:
    """Resume the upload unless the capture is stored already.

    Raises:
        Refusal: by `Incoming.resume`.
    """
    stored = _stored(camera, capture)
    return Incoming.resume(camera, capture) if stored is None else AlreadyStored(length=stored.bytes)


def upload_status(camera: UUID, capture: str) -> AlreadyStored | InProgress:
    """Return the offset of an upload without locking it.

    Raises:
        Refusal: 422 if the picture was refused before, or 404.
    """
    stored = _stored(camera, capture)
    if stored is not None:
        return AlreadyStored(length=stored.bytes)
    status = incoming.read_status(camera, capture)
    if status is None:
        refused = quarantined(camera, capture)
        raise (
            domain.no_such_upload(capture)
            if refused is None
            else picture.unusable(refused.code, refused.message)
        )
    return InProgress(offset=status[0], announced=status[1])


def terminate(camera: UUID, capture: str) -> None:
    """Remove an unfinished upload. A stored frame stays.

    Raises:
        Refusal: by `Incoming.resume`.
    """
    upload = resume(camera, capture)
    if isinstance(upload, Incoming):
        with upload:
            upload.remove()
