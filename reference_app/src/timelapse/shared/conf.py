"""The app's settings: the dict ``TIMELAPSE``, read into one frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

#: The most days for which deleted movies can be restored.
MOST_TRASH_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings for operators; every field has a default."""

    #: Folder of frames, thumbnails, uploads in progress, quarantine and movies.
    media_root: Path = field(default_factory=lambda: Path(settings.MEDIA_ROOT))
    #: Largest picture that a camera may send, bytes.
    max_upload_bytes: int = 50_000_000
    #: Most pixels that a picture's header may claim; more counts as a decompression bomb.
    max_pixels: int = 200_000_000
    #: Most memory that decoding one picture may take, bytes.
    decode_bytes: int = 512_000_000
    #: Most processor time that decoding one picture may take, seconds.
    decode_seconds: int = 20
    #: Most frames that one camera may begin to send per minute; 0: unlimited.
    frames_per_minute: int = 12_000
    #: Most bytes that one camera may send per day (UTC), quarantined files included; 0: unlimited.
    bytes_per_day: int = 0
    #: Most bytes stored per camera: frames, quarantined files and announced uploads; 0: unlimited.
    stored_bytes: int = 0
    #: Most unfinished uploads per camera; one more takes the place of the one that was idle longest.
    begun_uploads: int = 32
    #: Most bytes in quarantine per camera, and of all cameras; the oldest files make room.
    quarantine_bytes: int = 200_000_000
    quarantine_total_bytes: int = 2_000_000_000
    #: Most concurrent uploads per camera in one server process.
    uploads_per_camera: int = 8
    #: Most concurrent uploads of all cameras in one server process; further ones must retry later.
    concurrent_uploads: int = 64
    #: Most bytes of encoded segments kept per timelapse, from which its movies are continued and extended.
    segment_bytes: int = 2_000_000_000
    #: Largest file of sound that a person may add to a movie, and all of those that no movie has, bytes.
    max_sound_bytes: int = 50_000_000
    unused_sound_bytes: int = 500_000_000
    #: A movie fails when none of its frames is finished for so many seconds.
    render_stalled_seconds: float = 120.0
    #: Days for which all frames are kept, counted from their arrival; 0: forever, which turns retention off.
    keep_all_days: int = 0
    #: Of older frames, one of so many is kept; 1: all.
    keep_every: int = 10
    #: Days for which deleted movies can be restored; then they are deleted for good, with their files.
    trash_days: int = 14
    #: Default interval between captures of a new camera, seconds.
    frame_interval_s: float = 2.0
    #: Seconds within which a subscription promises its next message.
    heartbeat_seconds: float = 5.0
    #: The address by which people reach the page, such as ``https://timelapse.example``, for the links in
    #: notifications; empty: they have none.
    public_address: str = ""
    #: The mail server, such as ``smtp+tls://user:password@host:587``; empty: no e-mail is sent.
    email_url: str = ""
    #: From whom e-mail is.
    email_from: str = "timelapse@localhost"
    #: Seconds for which a need must have begun, or have ended, before anybody is notified.
    notify_after_seconds: float = 60.0
    #: Services of one's own that people may enter, such as ``gotifys://push.example``: see
    #: `timelapse.notifications.services`.
    notify_services: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values that would delete what nobody meant, or keep for ever what was deleted.

        Raises:
            ImproperlyConfigured: a value of the retention or of the trash is out of range.
        """
        if not 1 <= self.trash_days <= MOST_TRASH_DAYS:
            raise ImproperlyConfigured(
                f"TIMELAPSE has trash_days = {self.trash_days}. Use 1 to {MOST_TRASH_DAYS} days."
            )
        if self.keep_all_days < 0 or self.keep_every < 1:
            raise ImproperlyConfigured(
                f"TIMELAPSE has keep_all_days = {self.keep_all_days} and keep_every = {self.keep_every}."
                " Use 0 or more days, and 1 or more for the frame that is kept."
            )


@cache
def get() -> Settings:
    """Return the current settings; the cache is cleared when a test overrides them."""
    return Settings(**getattr(settings, "TIMELAPSE", {}))


def _clear(*, setting: str, **_: object) -> None:
    if setting in {"TIMELAPSE", "MEDIA_ROOT"}:
        get.cache_clear()


setting_changed.connect(_clear, dispatch_uid="timelapse.shared.conf")
