"""What happens to cameras, told after the commit."""

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
    """A camera may send from now on."""

    camera: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraRevoked:
    """A camera may send no more."""

    camera: UUID
    name: str
