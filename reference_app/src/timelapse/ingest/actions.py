"""Writes of ingest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from timelapse.ingest.domain import QUARANTINE_KEEPS
from timelapse.ingest.models import Quarantined

if TYPE_CHECKING:
    from uuid import UUID

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
    kept = Quarantined.objects.filter(camera=camera).exclude(file="")
    surplus = list(kept[QUARANTINE_KEEPS:])
    Quarantined.objects.filter(pk__in=[row.pk for row in surplus]).update(file="")
    return [row.file for row in surplus]
