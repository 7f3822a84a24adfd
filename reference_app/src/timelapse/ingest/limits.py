"""Limits of a camera: frames per minute, bytes per day, bytes stored, concurrent uploads."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from timelapse.frames import ledger
from timelapse.ingest import domain, queries
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

_MINUTE: Final = timedelta(minutes=1)
#: Seconds after which a camera over its quota retries; somebody has to make room or raise the quota.
_QUOTA_RETRY_S: Final = 600


def check(camera: UUID, length: int, now: datetime, *, begun: Callable[[], int]) -> None:
    """Check whether a camera may begin an upload of ``length`` bytes. A limit of 0 costs no query.

    Quarantined files count like frames: they arrived, and they are stored.

    Args:
        camera: the sender.
        length: bytes of the new upload.
        now: the time.
        begun: returns the announced bytes of the camera's other uploads.

    Raises:
        Refusal: 429, with the seconds to wait.
    """
    settings = conf.get()
    if settings.frames_per_minute:
        _check_rate(camera, settings.frames_per_minute, now)
    if settings.bytes_per_day:
        _check_day(camera, length, settings.bytes_per_day, now)
    if settings.stored_bytes:
        stored = ledger.stored_bytes([camera]).get(camera, 0) + queries.quarantine_bytes(camera)
        if stored + begun() + length > settings.stored_bytes:
            raise domain.quota_exceeded(stored, settings.stored_bytes, seconds=_QUOTA_RETRY_S)


def _check_rate(camera: UUID, limit: int, now: datetime) -> None:
    arrived = ledger.arrived_since(camera, now, _MINUTE, at_most=limit)
    arrived += queries.quarantined_since(camera, now - _MINUTE, at_most=limit)
    if arrived >= limit:
        seconds = max(1, round(_MINUTE.total_seconds() / limit))
        raise domain.rate_limited(f"{limit} frames a minute (frames_per_minute)", seconds=seconds)


def _check_day(camera: UUID, length: int, limit: int, now: datetime) -> None:
    midnight = datetime.combine(now.date(), datetime.min.time(), now.tzinfo)
    arrived = ledger.bytes_of(camera, now.date()) + queries.quarantined_bytes_since(camera, midnight)
    if arrived + length > limit:
        seconds = max(1, round((midnight + timedelta(days=1) - now).total_seconds()))
        raise domain.rate_limited(f"{limit} bytes a day (bytes_per_day)", seconds=seconds)


class ConcurrencyLimiter:
    """Limits the concurrent uploads of this process. Used from one event loop, so it needs no lock."""

    def __init__(self) -> None:
        self._active: Counter[UUID] = Counter()

    @contextmanager
    def slot(self, camera: UUID) -> Iterator[None]:
        """Hold a slot for one upload of the camera.

        Raises:
            Refusal: 429, if no slot is free.
        """
        settings = conf.get()
        if self._active[camera] >= settings.uploads_per_camera:
            raise domain.busy(f"{settings.uploads_per_camera} uploads of this camera")
        if self._active.total() >= settings.concurrent_uploads:
            raise domain.busy(f"{settings.concurrent_uploads} uploads")
        self._active[camera] += 1
        try:
            yield
        finally:
            self._active[camera] -= 1
            if not self._active[camera]:
                del self._active[camera]


concurrency_limiter = ConcurrencyLimiter()
