"""Values that describe a frame before it has a row, and the paths of its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Literal, Self

from timelapse.shared import formats

if TYPE_CHECKING:
    from uuid import UUID

#: How reliable a capture time is: from a time server, calculated later, or unknown.
Clock = Literal["synced", "estimated", "unknown"]
#: Clock qualities from worst to best; only a better one replaces another.
CLOCK_QUALITIES: Final[tuple[Clock, ...]] = ("unknown", "estimated", "synced")
#: A frame is part of the timelapse; a preview only shows what the camera sees until originals arrive, and a
#: picture of the focus aid how sharp its centre is.
Kind = Literal["frame", "preview", "focus"]
#: Where an agent got the true time from.
FixSource = Literal["ntp", "server"]
#: File extensions by content, not by the name that was sent.
Extension = formats.Kind
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
#: Longer side of a thumbnail and of a large one, pixels.
THUMBNAIL_SIDE: Final = 320
LARGE_SIDE: Final = 1280
#: Whole, or flawed: the decoder complained but returned every pixel.
Verdict = Literal["whole", "flawed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The agent's description of a picture: when, in which order and how it was taken."""

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
    #: For a preview: the capture that it is a small copy of.
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A correction for the clock of one boot: true time = monotonic time + ``offset_ns``."""

    boot: str
    offset_ns: int
    error_ms: float
    source: FixSource

    @property
    def clock(self) -> Clock:
        """The quality of a time that this fix corrected."""
        return "synced" if self.source == "ntp" else "estimated"

    def improves(self, clock: str) -> bool:
        """Return whether this fix is better than a clock of the given quality."""
        return CLOCK_QUALITIES.index(self.clock) > (
            CLOCK_QUALITIES.index(clock) if clock in CLOCK_QUALITIES else -1
        )

    def corrected(self, monotonic_ns: int) -> datetime:
        """Return the true time of a monotonic time, to the microsecond."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=(monotonic_ns + self.offset_ns) // 1000
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """What is measured of a picture's pixels when it is decoded, at the size of its thumbnail."""

    #: Mean light as a power of two (EV); 0 is white, -14 as dark as can be told.
    luma_ev: float
    #: The same of nine zones, row by row.
    zones_ev: tuple[float, ...]
    #: How much neighbors differ in relation to the contrast, about 0.02 (blurred) to 1.
    sharpness: float
    #: 16 hex digits, which differ in few bits for pictures that look alike.
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the server found by decoding the picture."""

    #: Pixels as stored, before the orientation is applied.
    width: int
    height: int
    #: EXIF orientation, 1 (upright) to 8.
    orientation: int
    extension: Extension
    bytes: int
    verdict: Verdict = "whole"
    measured: Measurements | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePaths:
    """Paths of a frame's files, relative to the media root; see also `large_thumbnail_path`."""

    frame: str
    thumbnail: str

    @classmethod
    def of(cls, camera: UUID, capture: str, extension: Extension) -> Self:
        """Spread a camera's captures over 256 folders to keep each one small."""
        shard = hashlib.sha256(capture.encode()).hexdigest()[:2]
        folder = PurePosixPath(str(camera), shard)
        return cls(
            frame=f"frames/{folder}/{capture}.{extension}", thumbnail=f"thumbnails/{folder}/{capture}.jpg"
        )


def large_thumbnail_path(thumbnail: str) -> str:
    """Return the path of a frame's large thumbnail, given that of its small one."""
    return f"large-{thumbnail}"


def preview_path(camera: UUID, capture: str) -> str:
    """Return a preview's path relative to the media root; previews need no shards because few are kept."""
    return f"previews/{camera}/{capture}.jpg"


def folders_of(camera: UUID) -> tuple[str, ...]:
    """Return the folders of a camera's frames, thumbnails and previews, relative to the media root."""
    return tuple(f"{kind}/{camera}" for kind in ("frames", "thumbnails", "large-thumbnails", "previews"))


def is_plausible(moment: datetime) -> bool:
    """Return whether a moment has a time zone, and a year that every calendar and database computes with."""
    return moment.tzinfo is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR


def displayed_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Return width and height after rotation: orientations 5 to 8 swap them."""
    return (height, width) if orientation >= 5 else (width, height)
