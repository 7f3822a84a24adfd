"""Reads of ingest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from timelapse.ingest.models import Quarantined

if TYPE_CHECKING:
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
