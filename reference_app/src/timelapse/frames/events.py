"""Signals about frames, sent after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

#: Sent with ``event=FrameStored``.
frame_stored = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameStored:
    """A frame was stored: its file is on disk and its row is committed."""

    frame: int
    camera: UUID
    captured_at: datetime
    sequence: int
