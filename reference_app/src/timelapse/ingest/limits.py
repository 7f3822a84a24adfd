"""How much one camera may send: frames a minute, bytes a day, bytes stored, uploads at once."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from timelapse.frames import ledger
from timelapse.ingest import domain
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

_MINUTE: Final = timedelta(minutes=1)
#: Seconds after which a camera over its quota asks again: somebody has to make room or raise it.
_QUOTA_RETRY_S: Final = 600


def check(camera: UUID, length: int, now: datetime) -> None:
    """Let a camera begin an upload of so many bytes. A limit of 0 costs no query.

    Raises:
        Refusal: 429 with the seconds to wait.
    """
    settings = conf.get()
    if settings.frames_per_minute:
        _check_rate(camera, settings.frames_per_minute, now)
    if settings.bytes_per_day and ledger.bytes_of(camera, now.date()) + length > settings.bytes_per_day:
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        seconds = max(1, round((midnight - now).total_seconds()))
        raise domain.rate_limited(f"{settings.bytes_per_day} bytes a day (bytes_per_day)", seconds=seconds)
    if settings.stored_bytes:
        stored = ledger.stored_bytes([camera]).get(camera, 0)
        if stored + length > settings.stored_bytes:
            raise domain.quota_exceeded(stored, settings.stored_bytes, seconds=_QUOTA_RETRY_S)


def _check_rate(camera: UUID, limit: int, now: datetime) -> None:
    arrived = ledger.arrived_since(camera, now, _MINUTE, at_most=limit)
    if arrived >= limit:
        seconds = max(1, round(_MINUTE.total_seconds() / limit))
        raise domain.rate_limited(f"{limit} frames a minute (frames_per_minute)", seconds=seconds)


class Turnstile:
    """Counts the uploads that this process takes in now. Used from one event loop, so it needs no lock."""

    def __init__(self) -> None:
        self._inside: Counter[UUID] = Counter()

    @contextmanager
    def passing(self, camera: UUID) -> Iterator[None]:
        """Take in one upload of the camera.

        Raises:
            Refusal: 429, when too many are under way.
        """
        settings = conf.get()
        if self._inside[camera] >= settings.uploads_per_camera:
            raise domain.busy(f"{settings.uploads_per_camera} uploads of this camera")
        if self._inside.total() >= settings.concurrent_uploads:
            raise domain.busy(f"{settings.concurrent_uploads} uploads")
        self._inside[camera] += 1
        try:
            yield
        finally:
            self._inside[camera] -= 1
            if not self._inside[camera]:
                del self._inside[camera]


turnstile = Turnstile()
