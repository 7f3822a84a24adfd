"""Signals about timelapses, sent after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from uuid import UUID

#: Sent with ``event=TimelapseCreated``.
timelapse_created = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelapseCreated:
    """A timelapse was created."""

    timelapse: int
    camera: UUID
