"""Events of cameras, sent after the commit unless they say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from uuid import UUID

#: Sent with ``event=CameraPaired``.
camera_paired = Signal()
#: Sent with ``event=CameraRevoked``.
camera_revoked = Signal()
#: Sent with ``event=CameraDeletion``, not after the commit but before the row goes: a receiver removes what
#: it keeps of the camera. If one fails, or the process is killed, the deletion is repeated.
camera_deletion = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPaired:
    """A camera was paired."""

    camera: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraDeletion:
    """A camera is about to be gone; its movies and frames are deleted."""

    camera: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraRevoked:
    """A camera was revoked."""

    camera: UUID
    name: str
