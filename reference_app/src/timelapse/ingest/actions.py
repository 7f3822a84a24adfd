"""Writes of ingest."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from django.db import transaction

from timelapse.ingest import queries
from timelapse.ingest.domain import QUARANTINE_KEEPS
from timelapse.ingest.models import Quarantined
from timelapse.shared import conf

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from timelapse.frames.domain import Capture


@transaction.atomic
def note_quarantined(
    camera: UUID, capture: Capture, *, code: str, message: str, size: int, file: str
) -> list[str]:
    """Record why a capture was refused.

    Returns:
        The files (relative to the media root) that exceed the limit; the caller removes them.
    """
    Quarantined.objects.update_or_create(
        camera_id=camera,
        capture=capture.capture,
        defaults={
            "sha256": capture.sha256,
            "filename": capture.filename,
            "code": code,
            "message": message[:500],
            "bytes": size,
            "file": file,
        },
    )
    evicted = _evict(Quarantined.objects.filter(camera=camera), conf.get().quarantine_bytes, QUARANTINE_KEEPS)
    if queries.quarantine_bytes() > conf.get().quarantine_total_bytes:
        evicted += _evict(Quarantined.objects.all(), conf.get().quarantine_total_bytes)
    return evicted


def _evict(rows: QuerySet[Quarantined], most_bytes: int, most_files: int | None = None) -> list[str]:
    """Mark the oldest files that exceed the limits as removed; return them."""
    kept = list(rows.exclude(file="").only("pk", "bytes", "file"))
    taken = accumulate(row.bytes for row in kept)
    surplus = [
        row
        for number, (row, total) in enumerate(zip(kept, taken, strict=True))
        if total > most_bytes or (most_files is not None and number >= most_files)
    ]
    Quarantined.objects.filter(pk__in=[row.pk for row in surplus]).update(file="")
    return [row.file for row in surplus]
