"""Events of cameras, sent after the commit."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPaired:
    """A camera was paired."""

    camera: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraRevoked:
    """A camera was revoked."""

    camera: UUID
    name: str
