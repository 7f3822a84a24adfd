"""Reads of ingest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Sum

from timelapse.ingest.models import Quarantined

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

#: How many refused files of a camera are shown.
SHOWN: Final = 50


def quarantined(camera: UUID, capture: str) -> Quarantined | None:
    """Return the quarantine row of a capture that was refused for good."""
    return Quarantined.objects.filter(camera=camera, capture=capture).first()


def newest_quarantined(camera: UUID) -> list[Quarantined]:
    """Return a camera's newest quarantined files."""
    return list(Quarantined.objects.filter(camera=camera)[:SHOWN])


def quarantined_count(camera: UUID) -> int:
    """Return how many files of a camera were quarantined."""
    return Quarantined.objects.filter(camera=camera).count()


def quarantine_bytes(camera: UUID | None = None) -> int:
    """Return the size of the files in quarantine, of one camera or of all."""
    kept = Quarantined.objects.exclude(file="")
    kept = kept if camera is None else kept.filter(camera=camera)
    return kept.aggregate(total=Sum("bytes"))["total"] or 0


def quarantined_since(camera: UUID, moment: datetime, *, at_most: int) -> int:
    """Count the camera's files that were quarantined since then, but at most ``at_most``."""
    return Quarantined.objects.filter(camera=camera, at__gt=moment).order_by().values("pk")[:at_most].count()


def quarantined_bytes_since(camera: UUID, moment: datetime) -> int:
    """Return the size of the camera's files that were quarantined since then, kept or not."""
    arrived = Quarantined.objects.filter(camera=camera, at__gte=moment)
    return arrived.aggregate(total=Sum("bytes"))["total"] or 0
