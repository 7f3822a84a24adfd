"""What is known of a frame before it has a row, and where its files lie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    from uuid import UUID

#: How far the agent's clock can be trusted: set by a time server, worked out later, or not at all.
Clock = Literal["synced", "estimated", "unknown"]
#: Clocks from bad to good: a better one replaces a worse one, never the other way round.
CLOCK_QUALITIES: Final[tuple[Clock, ...]] = ("unknown", "estimated", "synced")
#: A frame belongs to the film; a preview only shows what the camera sees while originals wait.
Kind = Literal["frame", "preview"]
#: Whence an agent learnt the true time.
FixSource = Literal["ntp", "server"]
#: What a picture is kept as, by its content and not by what its name says.
Extension = Literal["jpg", "png", "webp"]
#: What the decoder said: nothing, or a complaint that left no pixel out.
Verdict = Literal["whole", "flawed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What the agent says of a picture: when, in which order and how it was taken."""

    capture: str
    sha256: str
    captured_at: datetime
    sequence: int
    clock: Clock = "unknown"
    boot: str = ""
    monotonic_ns: int | None = None
    filename: str = ""
    exposure: dict[str, object] = field(default_factory=dict)
    kind: Kind = "frame"
    #: Of a preview: the capture that it is a small copy of.
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What an agent learnt about a boot's clock: the true time is its monotonic time + ``offset_ns``."""

    boot: str
    offset_ns: int
    error_ms: float
    source: FixSource

    @property
    def clock(self) -> Clock:
        """How good a time is that was corrected by it."""
        return "synced" if self.source == "ntp" else "estimated"

    def improves(self, clock: str) -> bool:
        """Say whether a time of this quality gets better by it."""
        return CLOCK_QUALITIES.index(self.clock) > (
            CLOCK_QUALITIES.index(clock) if clock in CLOCK_QUALITIES else -1
        )

    def corrected(self, monotonic_ns: int) -> datetime:
        """Give the true time of a moment of the boot, to the microsecond."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=(monotonic_ns + self.offset_ns) // 1000
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What this server found in the picture itself."""

    #: Pixels as stored, before the orientation is applied.
    width: int
    height: int
    #: EXIF's word for how to turn it, 1 (upright) to 8.
    orientation: int
    extension: Extension
    bytes: int
    verdict: Verdict = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePaths:
    """Where a frame's files lie, relative to the media root."""

    frame: str
    #: Where the small copy will lie; it is made later.
    thumbnail: str

    @classmethod
    def of(cls, camera: UUID, capture: str, extension: Extension) -> Self:
        """Spread a camera's captures over 256 folders, so that none grows too large to list."""
        shard = hashlib.sha256(capture.encode()).hexdigest()[:2]
        folder = PurePosixPath(str(camera), shard)
        return cls(
            frame=f"frames/{folder}/{capture}.{extension}", thumbnail=f"thumbnails/{folder}/{capture}.jpg"
        )


def preview_path(camera: UUID, capture: str) -> str:
    """Say where a preview lies, relative to the media root; there are few of each camera."""
    return f"previews/{camera}/{capture}.jpg"


def displayed_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Give width and height as people see them: orientations 5 to 8 lie on their side."""
    return (height, width) if orientation >= 5 else (width, height)
