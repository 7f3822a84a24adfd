"""The app's own settings: one dict, ``TIMELAPSE``, read into one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may tune; every field has a default that needs no thought."""

    #: Folder of frames, thumbnails, uploads under way, quarantine and movies.
    media_root: Path = field(default_factory=lambda: Path(settings.MEDIA_ROOT))
    #: Largest picture that a camera may send, bytes.
    max_upload_bytes: int = 50_000_000
    #: Most pixels that a picture may claim in its header; more is a decompression bomb.
    max_pixels: int = 200_000_000
    #: Most frames that one camera may begin to send within a minute; 0: as many as it can.
    frames_per_minute: int = 12_000
    #: Most bytes of frames that one camera may send in a day (UTC); 0: without limit.
    bytes_per_day: int = 0
    #: Most bytes of frames that are stored of one camera; 0: as many as the disk takes.
    stored_bytes: int = 0
    #: Most uploads that one camera may have under way at once in one server process.
    uploads_per_camera: int = 8
    #: Most uploads under way at once in one server process, of all cameras; more are told to come back.
    concurrent_uploads: int = 64
    #: Seconds between two captures that a new camera is told to keep.
    frame_interval_s: float = 2.0
    #: Seconds within which a subscription promises its next message.
    beat_seconds: float = 5.0


@cache
def get() -> Settings:
    """Give the settings in force; cleared when a test overrides them."""
    return Settings(**getattr(settings, "TIMELAPSE", {}))


def _clear(*, setting: str, **_: object) -> None:
    if setting in {"TIMELAPSE", "MEDIA_ROOT"}:
        get.cache_clear()


setting_changed.connect(_clear, dispatch_uid="timelapse.shared.conf")
