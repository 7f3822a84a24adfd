"""Signals about frames, sent after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

#: Both are sent with ``event=FrameStored``: a frame is new; a stored one was hidden or taken back in.
frame_stored = Signal()
frame_changed = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameStored:
    """A stored frame: its file is on disk and its row is committed."""

    frame: int
    camera: UUID
    captured_at: datetime
    sequence: int
